"""The configuration: files, environment and command line, read into one checked set of settings."""
