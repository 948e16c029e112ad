"""Replicas: one child process for each device, each with a whole pipeline, and the dispatcher in front of them."""
