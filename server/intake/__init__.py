"""How bytes come in: base64, by URL, as an upload. Nothing here looks inside a file beyond its first bytes."""
