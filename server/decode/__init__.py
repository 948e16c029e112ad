"""Parses strangers' bytes: headers, images, TIFF, GIF, PDF and Office documents. No other room does."""
