"""PaddleX's PP-OCRv5 serving: `POST /ocr`, the product's own contract."""
