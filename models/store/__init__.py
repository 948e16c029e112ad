"""Weights on this machine: what may be fetched, from where, its sums, and where it lies."""
