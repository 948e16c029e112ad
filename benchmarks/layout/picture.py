"""A generated document as pictures: rendered, and where its manner says so, as a scanner leaves them."""

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from benchmarks.layout.document import Document
from benchmarks.layout.pdf import write_pdf
from benchmarks.layout.sheet import Run, Sheet
from tests.layout.ink import scanned

SCALE = 2.0
"""Pixels for each point: 144 dots per inch, at which the server renders a PDF."""


def draw_pictures(document: Document) -> list[NDArray[np.uint8]]:
    """uint8 (H, W, 3) BGR for each page. Chinese is drawn with OpenCV's own font, so that every machine can."""
    pdf = pypdfium2.PdfDocument(write_pdf(document, chinese=False))
    pictures = []
    try:
        for number, sheet in enumerate(document.pages):
            pixels = pdf[number].render(scale=SCALE, rev_byteorder=False).to_numpy()
            picture = np.ascontiguousarray(pixels[:, :, :3], np.uint8)
            for run in sheet.runs:
                if run.font == "cjk":
                    _draw_chinese(picture, run)
            rng = np.random.default_rng([document.seed, number])
            pictures.append(scanned(picture, document.manner.degrees, document.manner.noise, rng))
    finally:
        pdf.close()
    return pictures


def place(sheet: Sheet, degrees: float, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pixels of points of a page: float64 (N, 2) in and out."""
    size = round(sheet.width * SCALE), round(sheet.height * SCALE)
    turn = np.asarray(cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), degrees, 1.0), np.float64)
    return np.column_stack([points * SCALE, np.ones(len(points))]) @ turn.T


def _draw_chinese(picture: NDArray[np.uint8], run: Run) -> None:
    size = round(run.size * SCALE)
    for number, character in enumerate(run.text):
        along = number * run.size
        x, y = (run.x, run.y + along + 0.88 * run.size) if run.way == "down" else (run.x + along, run.y)
        at = round(x * SCALE), round(y * SCALE)
        cv2.putText(picture, character, at, (0, 0, 0), cv2.FontFace("uni"), round(size * 0.92), 400)
