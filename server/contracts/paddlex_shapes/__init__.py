"""Parts that PaddleX's contracts share, and that other packages use. This is not a contract itself."""
