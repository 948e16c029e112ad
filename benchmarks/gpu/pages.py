"""The pages that are read: FUNSD's where the evaluation data is there, else drawn ones of the same size."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.ground_truth import DATA
from models.document import Image
from models.ops.crop import LineRegion

PAGES, QUICK_PAGES = 50, 2
JPEG_QUALITY = 90
_HEIGHT, _WIDTH, _LINES = 1000, 762, 40
_WORDS = ("amount", "date", "total", "invoice", "report", "name", "company", "received", "signature", "page", "2024")


@dataclass(frozen=True, slots=True)
class PageSet:
    """Pages and where they come from: ``funsd`` or ``drawn pages``."""

    name: str
    images: tuple[Image, ...]


def load_pages(*, quick: bool) -> PageSet:
    """The pages, decoded."""
    count = QUICK_PAGES if quick else PAGES
    files = sorted((DATA / "funsd" / "testing_data" / "images").glob("*.png"))[:count]
    if files:
        images = [cv2.imread(str(file), cv2.IMREAD_COLOR) for file in files]
        return PageSet("funsd", tuple(np.asarray(image, np.uint8) for image in images))
    print(f"No evaluation data at {DATA}: drawn pages stand in.")
    return PageSet("drawn pages", tuple(_drawn(number) for number in range(count)))


def encoded(images: Sequence[Image], extension: str) -> list[bytes]:
    """The pages as files: ``.jpg`` or ``.png``."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if extension == ".jpg" else []
    return [cv2.imencode(extension, image, options)[1].tobytes() for image in images]


def slanted_line(left: float, top: float, length: int, thickness: int) -> LineRegion:
    """Return the region of a line that rises by one pixel in a hundred, so that it has to be sampled. All in pixels."""
    rise, right, bottom = length / 100, left + length, top + thickness
    corners = [[left, top + rise], [right, top], [right, bottom], [left, bottom + rise]]
    return LineRegion(np.array(corners, np.float32), length, thickness)


def _drawn(seed: int) -> Image:
    dice = random.Random(seed)
    page = np.full((_HEIGHT, _WIDTH, 3), 255, np.uint8)
    for number in range(_LINES):
        sentence = " ".join(dice.choices(_WORDS, k=dice.randint(1, 7)))
        place = (dice.randrange(20, 200), 30 + number * (_HEIGHT - 40) // _LINES)
        cv2.putText(page, sentence, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return page
