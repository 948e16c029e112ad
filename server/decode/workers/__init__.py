"""The decode workers: child processes that parse strangers' files, and the pool that feeds them."""
