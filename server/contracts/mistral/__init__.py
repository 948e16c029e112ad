"""Mistral's contract for OCR: `POST /v1/ocr`, and the files that its clients upload before."""
