"""What runs the server on other machines: images, units, locks, and what checks them."""
