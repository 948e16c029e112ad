"""The providers, one file each. A file holds one `Provider` named ``PROVIDER``."""
