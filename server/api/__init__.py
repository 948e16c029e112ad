"""The HTTP surface: one module a contract or a concern, and the wire types that only it knows."""
