"""File-to-file tasks: ``POST /task/pic/ocr`` converts a document to a text, PDF or Office file."""
