"""Child processes: the channel to them, and the sandbox around them."""
