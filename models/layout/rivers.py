"""Rivers: white strips of a page that run down between columns of text. They are seen in the pixels, not in the boxes.

A detector's box may span the gutter between two columns. The page itself is white there, over many lines. The space
between two words is white too, but by chance only over a few. So the narrower a strip is, the longer it must be.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image
from models.layout.frame import Span

_LEVELS = ((0.8, 3), (0.45, 5), (0.2, 9))
"""The least width of a river, in heights of a line, and the least number of lines on both of its sides."""
_CONTRAST = 48
"""A pixel is ink if it is darker than the paper around it by so many levels."""
_CORE = 0.25
"""A detected box is higher than its letters. This share of its height is left out above and below."""
_BESIDE = 3.0
"""A line stands at a river if it is at most so far away, in heights of a line."""
_WINDOW = 2.0
"""Rivers beside a line are looked for up to this distance, in heights of a line."""
_NARROWEST = 7.0
"""A column of text is at least so wide, in heights of a line."""
_LETTERS = re.compile(r"[\W\d_]")
_RULE = 4.0
"""A vertical stroke is a rule, and no ink, if it is at least so long, in heights of a line."""

Mask = NDArray[np.bool_]
"""bool (H, W): true where the page has ink."""
Interval = tuple[int, int]
"""First pixel and the one after the last."""


@dataclass(frozen=True, slots=True)
class River:
    """A white strip beside or within a line, in pixels of the frame. x1 and y1 are the pixels after the last ones."""

    x0: int
    x1: int
    y0: int
    y1: int


def find_ink(picture: Image, height: float) -> Mask:
    """Find the dark letters and drawings of a page. Vertical rules are left out: they stand in rivers.

    Args:
        picture: uint8 (H, W, 3) BGR: the page in its frame.
        height: median height of a line.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    side = _odd(1.2 * height)
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    ink = ((paper.astype(np.int16) - grey) > _CONTRAST).astype(np.uint8)
    # A speck is no letter. Its pixels have at most one neighbour.
    ink &= (cv2.boxFilter(ink, cv2.CV_16S, (3, 3), normalize=False) > 2).astype(np.uint8)
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((_odd(_RULE * height), 1), np.uint8))
    ink[cv2.dilate(rules, np.ones((1, 3), np.uint8)) > 0] = 0
    return np.asarray(ink > 0)


class Rivers:
    """Finds the rivers of one page.

    Args:
        ink: of the page in its frame, see `find_ink`.
        spans: the page's lines.
        height: median height of a line.
    """

    def __init__(self, ink: Mask, spans: Sequence[Span], height: float) -> None:
        self._ink = ink
        self._height = height
        self._edges = np.array([[span.x0, span.x1, span.middle] for span in spans], np.float64).reshape(-1, 3)
        self._texts = [_LETTERS.sub("", span.text) for span in spans]
        counted = np.zeros((ink.shape[1] + 1, ink.shape[0]), np.int32)
        np.cumsum(ink.T, axis=0, out=counted[1:])
        self._ink_left_of = counted
        """For each place along x, the number of inked pixels to its left in each row: int32 (W + 1, H)."""
        white = (~ink).astype(np.uint8)
        strips = [(self._strip(width, fewest), fewest) for width, fewest in _LEVELS]
        self._levels = [
            (strip[1], fewest, cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones(strip, np.uint8)) > 0)
            for strip, fewest in strips
        ]

    def at(self, span: Span) -> list[River]:
        """The rivers that a line spans or that are beside it, from left to right."""
        rows = self._core(span)
        if rows is None:
            return []
        reach = round(_WINDOW * self._height)
        left, right = max(0, int(span.x0) - reach), min(self._ink.shape[1], int(np.ceil(span.x1)) + reach)
        candidates = [
            (river, fewest)
            for width, fewest, opened in self._levels
            for x0, x1 in runs(np.asarray(opened[rows, left:right].all(axis=0)), left)
            if (river := self._longest(x0, x1, width, span, fewest))
        ]
        found: list[River] = []
        # The river with the most lines comes first, because the columns beside it are text. Words between it and
        # another white strip are none.
        for river, fewest in sorted(candidates, key=lambda pair: -self._lines_at(pair[0], ())):
            known = any(river.x0 < other.x1 and other.x0 < river.x1 for other in found)
            if not known and self._lines_at(river, found) >= fewest:
                found.append(river)
        return sorted(found, key=lambda river: river.x0)

    def _strip(self, width: float, lines: int) -> tuple[int, int]:
        """The height and width of the smallest river, in pixels: from the first of its lines to the last one."""
        return _odd((lines - 1) * self._height), _odd(width * self._height)

    def _core(self, span: Span) -> slice | None:
        reach = _CORE * (span.y1 - span.y0)
        top, bottom = max(0, round(span.y0 + reach)), min(self._ink.shape[0], round(span.y1 - reach))
        return slice(top, bottom) if bottom > top else None

    def _longest(self, x0: int, x1: int, width: int, span: Span, fewest: int) -> River | None:
        """The white between two places, if a strip in it has enough lines on both sides. It may lean a little."""
        for start in range(x0, x1 - width + 1):
            river = self._river(start, start + width, span)
            if self._lines_at(river, ()) >= fewest:
                return River(x0, x1, river.y0, river.y1)
        return None

    def _river(self, x0: int, x1: int, span: Span) -> River:
        """The strip between two places, as far up and down from a line as it is white."""
        inked = np.flatnonzero(self._ink_left_of[x1] != self._ink_left_of[x0])
        after = int(np.searchsorted(inked, span.middle))
        y0 = int(inked[after - 1]) + 1 if after else 0
        y1 = int(inked[after]) if after < inked.size else self._ink.shape[0]
        return River(x0, x1, y0, y1)

    def _lines_at(self, river: River, others: Sequence[River]) -> int:
        """The number of lines that have text on both sides of a river: lines across it, and pairs of lines at it.

        Only wide text counts, because white between the cells of a table or behind the marks of a list is no gutter.
        Lines across it that say the same count as one: their words stand below each other by themselves.

        Args:
            river: the river.
            others: rivers at which text ends.
        """
        x0, x1, middle = self._edges.T
        centre = (river.x0 + river.x1) / 2
        x0 = np.maximum(x0, max((other.x1 for other in others if other.x1 <= centre), default=0))
        x1 = np.minimum(x1, min((other.x0 for other in others if other.x0 >= centre), default=self._ink.shape[1]))
        beside = (middle > river.y0) & (middle < river.y1)
        narrowest, far = _NARROWEST * self._height, _BESIDE * self._height
        across = beside & (centre - x0 >= narrowest) & (x1 - centre >= narrowest)
        wide = beside & (x1 - x0 >= narrowest)
        left = wide & (x1 <= centre + self._height) & (x1 > river.x0 - far)
        right = wide & (x0 >= centre - self._height) & (x0 < river.x1 + far)
        texts = {self._texts[number] for number in np.flatnonzero(across)}
        return len(texts) + int(min(left.sum(), right.sum()))


def runs(marked: NDArray[np.bool_], start: int = 0) -> Iterator[Interval]:
    """The intervals of marked pixels between unmarked ones. Those at the ends are left out.

    Args:
        marked: bool (N,).
        start: the number of its first pixel.
    """
    edges = np.flatnonzero(marked[1:] != marked[:-1]) + 1
    if marked.size and marked[0]:
        edges = edges[1:]
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=False):
        yield low + start, high + start


def _odd(length: float) -> int:
    """The nearest odd number of pixels. An even window would move what it opens by half a pixel."""
    return 2 * int(max(1.0, length) / 2) + 1
