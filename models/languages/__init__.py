"""Which recogniser reads which language and script."""
