"""China Mobile's complex document OCR: text, markdown, or a JSON document of what is on the pages."""
