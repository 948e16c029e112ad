"""Measurements: speed beside other servers, accuracy on known text, drawing. See README.md."""
