"""Generated documents whose structure is known exactly, and how much of it is found by this project and by others."""
