"""What operators ask of a running server, and where every error ends."""
