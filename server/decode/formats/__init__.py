"""One file a format: what is read of a header, and how pages become pixels."""
