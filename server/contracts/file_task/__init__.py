"""File-to-file tasks: ``POST /task/pic/ocr`` takes a document and makes a text, PDF or Office file of it."""
