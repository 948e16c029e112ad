"""The only place where a stranger's bytes are parsed: headers, images, TIFF, GIF and PDF."""
