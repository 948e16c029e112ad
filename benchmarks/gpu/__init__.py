"""What a GPU does with this project: see ``__main__``."""
