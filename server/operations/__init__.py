"""Routes for operators (health, metrics, version, OpenAPI), and the handlers of all errors."""
