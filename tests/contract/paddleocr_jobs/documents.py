"""Documents whose text is known."""

import io
import re

import cv2
import numpy as np
from PIL import Image

from tests.contract.conftest import encoded

HEADING, SENTENCE = "Quarterly Report", "Trains leave platform 9 on time"
ROWS = (("Name", "Sum"), ("Rent", "1200"), ("Food", "340"), ("Books", "55"))
WIDTH, HEIGHT = 1000, 1300
FIGURE = (120, 850, 620, 1150)


def write(image: np.ndarray, text: str, left: int, baseline: int, scale: float, thickness: int) -> None:
    cv2.putText(image, text, (left, baseline), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), thickness, cv2.LINE_AA)


def report() -> np.ndarray:
    """A page with a heading, a sentence, a ruled table and a picture."""
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    write(image, HEADING, 120, 140, 2.2, 5)
    write(image, SENTENCE, 120, 260, 1.1, 2)
    top, left, across, down = 360, 120, 260, 80
    for row in range(len(ROWS) + 1):
        cv2.line(image, (left, top + row * down), (left + 2 * across, top + row * down), (0, 0, 0), 2)
    for column in range(3):
        x = left + column * across
        cv2.line(image, (x, top), (x, top + len(ROWS) * down), (0, 0, 0), 2)
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            write(image, text, left + column * across + 20, top + row * down + 55, 1.1, 2)
    x0, y0, x1, y1 = FIGURE
    blots = np.random.default_rng(3).integers(0, 255, ((y1 - y0) // 60, (x1 - x0) // 60, 3), np.uint8)
    image[y0:y1, x0:x1] = cv2.resize(blots, (x1 - x0, y1 - y0), interpolation=cv2.INTER_CUBIC)
    return image


REPORT = encoded(report())
PHOTO = encoded(report(), ".jpg")


def report_pdf(pages: int) -> bytes:
    """A PDF with the page several times."""
    buffer = io.BytesIO()
    image = Image.fromarray(cv2.cvtColor(report(), cv2.COLOR_BGR2RGB))
    image.save(buffer, "PDF", save_all=True, append_images=[image] * (pages - 1), resolution=144)
    return buffer.getvalue()


def squeezed(text: str) -> str:
    """A text without blanks: the recogniser may leave one out."""
    return "".join(text.split())


TEXTS = (HEADING, SENTENCE, *(text for row in ROWS for text in row))
"""Every text of the page."""


def check_texts(read: list[str]) -> None:
    """The lines that were read are those of the page."""
    assert sorted(map(squeezed, read)) == sorted(map(squeezed, TEXTS))


def check_markdown(text: str) -> None:
    """A page's Markdown has its heading, its sentence, its table and its picture, in this order."""
    places = [
        re.search(rf"^#+ {HEADING}$", text, re.MULTILINE),
        re.search(squeezed(SENTENCE), squeezed(text)),
        re.search("".join(f"<tr><td>{first}</td><td>{second}</td></tr>" for first, second in ROWS), text),
        re.search(r'<img src="img_in_image_box_[0-9_]+(?:p[0-9]+)?\.jpg"', text),
    ]
    assert all(places), text
    heading, _, table, picture = (place.start() for place in places if place)
    assert heading < table < picture
