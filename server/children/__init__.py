"""Child processes: how the server talks to them, and what they are shut in by."""
