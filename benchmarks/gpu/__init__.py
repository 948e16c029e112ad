"""This measures a GPU with this project: see ``__main__``."""
