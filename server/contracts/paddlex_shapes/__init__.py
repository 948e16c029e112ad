"""No contract: what PaddleX's contracts share, and what other rooms show of it."""
