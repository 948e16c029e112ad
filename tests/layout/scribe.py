"""Reading order on real documents with corrected text: columns, tables and slides, where the evaluation data is."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from models.document import TextLine
from models.layout.document import PageLayout
from tests.evaluation_data import EVALUATION_DATA

FOLDER = EVALUATION_DATA / "data" / "scribe"


def image_path(name: str) -> Path:
    """The picture of a document."""
    return FOLDER / "img" / f"{name}.png"


def true_words(name: str) -> np.ndarray:
    """Boxes of a document's words in reading order: float (N, 4), x0, y0, x1, y1."""
    tree = ET.parse(FOLDER / "ground_truth" / f"{name}.truth.hocr")
    titles = [element.get("title", "") for element in tree.iter() if element.get("class") == "ocrx_word"]
    found = [re.search(r"bbox (\d+) (\d+) (\d+) (\d+)", title) for title in titles]
    return np.array([[float(side) for side in box.groups()] for box in found if box])


def order_share(layout: PageLayout, words: np.ndarray) -> tuple[int, int]:
    """Count the neighbours in the layout's order that also follow each other in the true order, and all neighbours."""
    return _share([_position(layout.lines[index], words) for block in layout.blocks for index in block.lines])


def plain_share(lines: Sequence[TextLine], words: np.ndarray) -> tuple[int, int]:
    """The same for lines from top to bottom, as they are detected: what the analysis is worth."""
    return _share([_position(line, words) for line in lines if line.text.strip()])


def _share(positions: Sequence[float | None]) -> tuple[int, int]:
    """Neighbours of which the second is one of the next lines: forward, and by no more than a line's words."""
    known = [position for position in positions if position is not None]
    steps = np.diff(known)
    return int(((steps >= 0) & (steps < 40)).sum()), len(steps)


def _position(line: TextLine, words: np.ndarray) -> float | None:
    """Mean place in the true order of the words inside a line."""
    (x0, y0), (x1, y1) = line.quad.min(axis=0), line.quad.max(axis=0)
    x, y = (words[:, 0] + words[:, 2]) / 2, (words[:, 1] + words[:, 3]) / 2
    inside = np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
    return float(inside.mean()) if inside.size else None
