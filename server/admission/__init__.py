"""Who may come in, and how much of them: requests, bytes, pixels, waiting time, and the limits of each caller."""
