"""Where pictures are kept, and the signed links that lead to them."""
