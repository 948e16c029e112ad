"""Baidu AI general OCR."""
