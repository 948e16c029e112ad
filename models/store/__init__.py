"""The weights on this machine: the models that may be fetched, their sources and hashes, and their directories."""
