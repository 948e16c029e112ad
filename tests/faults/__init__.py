"""Faults, overload and clients that misbehave, against real servers with the real engine."""
