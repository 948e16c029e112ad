"""Documents that tests of the comparison send."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.compare.model import Document


def image_document(folder: Path, name: str = "page.png", text: str = "Gate 7 closes") -> Document:
    """A page with one line of print."""
    pixels = np.full((200, 640, 3), 255, np.uint8)
    cv2.putText(pixels, text, (20, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
    path = folder / name
    Image.fromarray(pixels).save(path)
    return document(path)


def pdf_document(folder: Path, pages: int = 2) -> Document:
    """A PDF file with blank pages."""
    path = folder / "pages.pdf"
    sheets = [Image.new("RGB", (100, 100), "white") for _ in range(pages)]
    sheets[0].save(path, "PDF", save_all=True, append_images=sheets[1:])
    return document(path, pages)


def document(path: Path, pages: int = 1) -> Document:
    """The document that a file is."""
    kind = "pdf" if path.suffix == ".pdf" else "image"
    return Document(path.name, path, hashlib.sha256(path.read_bytes()).hexdigest(), pages, kind, "sample")


CORNERS = ((10.0, 20.0), (110.0, 20.0), (110.0, 40.0), (10.0, 40.0))
"""The corners of a line in the documented answers."""
