"""The first run on an NVIDIA card: see ``__main__``."""
