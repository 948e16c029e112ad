"""A page that is written on, and what it remembers of it: lines and words with their places."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.compare.model import TruthLine, TruthWord
from benchmarks.compare.polygons import box

Picture = NDArray[np.uint8]
WHITE = 255
ABOVE, BELOW = 0.8, 0.22
"""How far letters reach above and below the line on which they stand, in sizes of the font."""


@dataclass(frozen=True, slots=True)
class Pen:
    """One of OpenCV's own fonts, at one size in pixels."""

    font: str
    weight: int
    size: int

    def width(self, text: str) -> int:
        """Pixels that a text takes."""
        found = cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace(self.font), self.size, self.weight)
        return int(found[2])


@dataclass(slots=True)
class Paper:
    """A page.

    Attributes:
        image: uint8 (H, W, 3), BGR.
        lines, words: what was written, in the order of writing.
        tables: what was drawn as HTML.
    """

    image: Picture
    lines: list[TruthLine] = field(default_factory=list)
    words: list[TruthWord] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    @classmethod
    def blank(cls, width: int, height: int) -> "Paper":
        """An empty page."""
        return cls(np.full((height, width, 3), WHITE, np.uint8))

    def write(self, pen: Pen, text: str, x: int, baseline: int) -> None:
        """Write a line that begins at x and stands on the baseline."""
        ink = (20, 20, 20)
        cv2.putText(self.image, text, (x, baseline), ink, cv2.FontFace(pen.font), pen.size, pen.weight)
        top, bottom = baseline - round(ABOVE * pen.size), baseline + round(BELOW * pen.size)
        self.lines.append(TruthLine(text, box(x, top, x + pen.width(text), bottom)))
        end = 0
        for word in text.split():
            start = text.index(word, end)
            end = start + len(word)
            right = x + pen.width(text[:end])
            self.words.append(TruthWord(word, box(right - pen.width(word), top, right, bottom)))
