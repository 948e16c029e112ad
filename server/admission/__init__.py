"""Bounds what the server takes in: requests, bytes, pixels, waiting time, and the limits of each caller."""
