"""HTTP for every contract: the connection, the body, keys, headers and links."""
