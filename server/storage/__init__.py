"""Stores of pictures, and the signed links that lead to them."""
