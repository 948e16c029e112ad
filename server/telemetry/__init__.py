"""What the server tells its operators: logs, metrics, and a record of each request."""
