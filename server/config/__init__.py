"""The configuration: reads files, environment and command line into one checked set of settings."""
