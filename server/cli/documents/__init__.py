"""Documents of the command line: which files are read, by whom, and where their results lie."""
