"""Generated pages with known structure, and how right the layout analysis of what is read on them is."""
