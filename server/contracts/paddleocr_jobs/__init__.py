"""PaddleOCR's job API: ``POST /api/v2/ocr/jobs`` submits a document, and a link leads to its pages as JSON lines."""
