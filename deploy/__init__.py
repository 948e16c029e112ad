"""Other machines run the server with these: images, units, locks, and the checks of them."""
