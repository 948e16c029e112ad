"""Figures: large regions of a page that differ from its paper and are neither text nor a table."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image
from models.layout.frame import Span

_CELL = 8
"""The page is divided into squares with sides of so many pixels."""
_CONTRAST = 36
"""A square is marked if one of its channels differs from the paper's colour by more than so many levels."""
_SMALLEST = 2.6
"""Both sides of a figure are at least so long, in heights of a line."""
_SPARSEST = 0.08
"""At least this share of a figure's rectangle is marked."""
_MOST_TEXT = 0.3
"""A frame or a tinted box is text if lines cover more than this share of it."""
_WHOLE_PAGE = 0.85
"""A region that spans this share of both sides of the page is the page's background."""
_SHAPES = frozenset("•·●○◯◦■□◆◇▲△▼▽◎。.")
_DRAWN = 3.0
"""A shape that was read as a character is a drawing if it is more than so many times as high as the page's lines."""

Rectangle = tuple[float, float, float, float]


def find_figures(picture: Image, spans: Sequence[Span], tables: Sequence[Rectangle], height: float) -> list[Rectangle]:
    """Find the rectangles of a page's figures: x0, y0, x1, y1 in the frame. No figure overlaps another or a table.

    Args:
        picture: the page in its frame.
        spans: its lines.
        tables: the rectangles of its tables.
        height: median height of a line.
    """
    marked = _marked(picture)
    words = np.zeros(marked.shape, np.uint8)
    for span in (span for span in spans if not _is_drawn(span, height)):
        _fill(words, (span.x0, span.y0, span.x1, span.y1), 1)
    marked[words > 0] = 0
    for box in tables:
        _fill(marked, (box[0] - height / 2, box[1] - height / 2, box[2] + height / 2, box[3] + height / 2), 0)
    reach = max(1, round(0.7 * height / _CELL))
    joined = cv2.morphologyEx(marked, cv2.MORPH_CLOSE, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = [
        (x, y, x + w, y + h) for x, y, w, h, _ in stats[1:].tolist() if _is_figure(marked, words, (x, y, w, h), height)
    ]
    limit = (float(picture.shape[1]), float(picture.shape[0]))
    return [_scaled(box, limit) for box in _apart(found)]


def ink_beside_text(picture: Image, spans: Sequence[Span], box: Rectangle) -> float:
    """The share of a rectangle that differs from the paper and is no line's, 0..1."""
    marked = _marked(picture)
    for span in spans:
        _fill(marked, (span.x0, span.y0, span.x1, span.y1), 0)
    x0, y0, x1, y1 = (max(0, round(edge / _CELL)) for edge in box)
    part = marked[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return float(part.mean()) if part.size else 0.0


def _marked(picture: Image) -> NDArray[np.uint8]:
    """1 for each square whose mean colour differs from the paper's."""
    rows, columns = max(1, picture.shape[0] // _CELL), max(1, picture.shape[1] // _CELL)
    small = cv2.resize(picture[: rows * _CELL, : columns * _CELL], (columns, rows), interpolation=cv2.INTER_AREA)
    paper = np.median(small.reshape(-1, 3), axis=0)
    away = np.abs(small.astype(np.int16) - paper.astype(np.int16)).max(axis=2)
    return np.asarray(away > _CONTRAST, np.uint8)


def _is_drawn(span: Span, height: float) -> bool:
    return span.y1 - span.y0 > _DRAWN * height and _SHAPES.issuperset(span.text)


def _fill(mask: NDArray[np.uint8], box: Rectangle, value: int) -> None:
    x0, y0, x1, y1 = (max(0.0, edge) / _CELL for edge in box)
    mask[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = value


def _is_figure(
    marked: NDArray[np.uint8], words: NDArray[np.uint8], box: tuple[int, int, int, int], height: float
) -> bool:
    x, y, w, h = box
    if min(w, h) * _CELL < _SMALLEST * height:
        return False
    rows, columns = marked.shape
    if w >= _WHOLE_PAGE * columns and h >= _WHOLE_PAGE * rows:
        return False
    part = (slice(y, y + h), slice(x, x + w))
    return bool(marked[part].mean() >= _SPARSEST and words[part].mean() <= _MOST_TEXT)


def _apart(boxes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Replace rectangles that overlap by the one around them."""
    apart: list[tuple[int, int, int, int]] = []
    for box in sorted(boxes, key=lambda box: (box[0] - box[2]) * (box[3] - box[1])):
        grown = box
        while met := [other for other in apart if _overlap(grown, other)]:
            apart = [other for other in apart if other not in met]
            together = [grown, *met]
            grown = (
                min(other[0] for other in together),
                min(other[1] for other in together),
                max(other[2] for other in together),
                max(other[3] for other in together),
            )
        apart.append(grown)
    return apart


def _overlap(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def _scaled(box: tuple[int, int, int, int], limit: tuple[float, float]) -> Rectangle:
    x0, y0, x1, y1 = (float(edge * _CELL) for edge in box)
    return x0, y0, min(x1, limit[0]), min(y1, limit[1])
