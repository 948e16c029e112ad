"""Our own jobs: a document in, its pages as they are read, and files in any format."""
