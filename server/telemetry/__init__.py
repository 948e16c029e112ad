"""Logs, metrics, and a record of each request, for operators."""
