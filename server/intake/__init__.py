"""Takes files in: as base64, by URL, or as an upload. It identifies a file by a few bytes, and never parses it."""
