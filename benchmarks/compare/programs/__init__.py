"""Programs that run in the environments of other libraries. They import nothing of this project but each other."""
