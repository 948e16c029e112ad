"""Gives small pictures whose text touches the edge a margin, and tells which lines touch the edge of a page.

The detector finds little text in a picture that is cut tightly around it. On larger pages a margin brings nothing.
"""

import cv2
import numpy as np

from models.document import Image, Quad

SMALL = 96
"""A picture gets a margin if its shorter side is below so many pixels."""

MARGIN = 16
"""Pixels of margin on each side."""

_CONTRAST = 48
"""Something touches the edge if the levels of the outermost pixels differ by so much."""


def needs_margin(image: Image) -> bool:
    """Whether a picture is small and something touches its edge."""
    return min(image.shape[:2]) < SMALL and int(np.ptp(_outermost(image), axis=0).max()) >= _CONTRAST


def with_margin(image: Image) -> Image:
    """A copy of a picture with a margin in the middle colour of its edge."""
    colour = np.median(_outermost(image), axis=0).tolist()
    padded = cv2.copyMakeBorder(image, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=colour)
    return np.asarray(padded, np.uint8)


def touches_edge(quad: Quad, size: tuple[int, int]) -> bool:
    """Whether a box reaches the first or last pixels of a page of (height, width)."""
    height, width = size
    inner = (quad > 1).all() and (quad < np.array([width - 1, height - 1])).all()
    return not inner


def _outermost(image: Image) -> Image:
    """The outermost pixels: uint8 (N, 3)."""
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
