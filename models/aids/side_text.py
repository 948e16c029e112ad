"""Puts text on the side of a page behind the lines that it stands beside.

The reference sorts boxes by their upper edges. So a high box beside several lines, such as a remark in the margin,
stands between two of them and splits what they say. On pages whose columns run down, nothing is moved.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.document import TextBox

LEAST_RATIO = 3.0
"""A box is high if it is at least so many times as high as wide. A lower one may hold a few upright characters."""

LEAST_ROWS = 2
"""Text on the side stands beside at least so many rows. A high box beside one row is a character of it, such as a 1."""

MOST = 0.5
"""The share of all boxes, by their lengths, that may be high. With more, the page has columns that run down."""


def with_side_text_behind(boxes: Sequence[TextBox]) -> list[TextBox]:
    """Move high boxes that stand beside rows behind the last one of these rows.

    Args:
        boxes: of a page, in reading order.

    Returns:
        The same boxes. All others stay in their order.
    """
    if not boxes:
        return []
    corners = np.array([box.quad for box in boxes], np.float64)
    first, last = corners.min(axis=1), corners.max(axis=1)
    width, height = (last - first).T
    high = height >= LEAST_RATIO * width
    lengths = np.maximum(width, height)
    if not high.any() or lengths[high].sum() > MOST * lengths.sum():
        return list(boxes)
    # A box that is moved stands right behind the box with this number.
    behind = np.arange(len(boxes), dtype=np.float64)
    for number in np.flatnonzero(high).tolist():
        beside = _beside(number, first, last) & ~high
        if _rows(beside, first, last) >= LEAST_ROWS:
            behind[number] = max(behind[number], np.flatnonzero(beside)[-1] + 0.5)
    return [boxes[number] for number in np.argsort(behind, kind="stable")]


def _beside(number: int, first: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The boxes whose middle is beside a box, and that begin behind its right edge or end before its left one."""
    middle = (first[:, 1] + last[:, 1]) / 2
    level = (middle > first[number, 1]) & (middle < last[number, 1])
    apart = (first[:, 0] >= last[number, 0]) | (last[:, 0] <= first[number, 0])
    result: NDArray[np.bool_] = level & apart
    return result


def _rows(boxes: NDArray[np.bool_], first: NDArray[np.float64], last: NDArray[np.float64]) -> int:
    """The number of rows that boxes stand in: a row begins below the middle of the one before."""
    rows, end = 0, -np.inf
    for number in sorted(np.flatnonzero(boxes).tolist(), key=lambda each: first[each, 1]):
        if first[number, 1] >= end:
            rows, end = rows + 1, (first[number, 1] + last[number, 1]) / 2
    return rows
