"""Takes the text that PDF pages have of their own, where it can be trusted."""
