"""A page's structure, found from its lines and its pixels by geometry alone: no weights, no learning."""
