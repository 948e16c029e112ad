"""The file formats, one module each: they read headers and decode pages to pixels."""
