"""Finds very large letters with a second look at a smaller scale.

The detector sees a part of the page around each pixel. Letters that are larger than that, about 400 pixels of its
input, are found in pieces or not at all. At a quarter of the scale they are letters of usual size. The second look
takes a sixteenth of the first one's time, and only pages that may hold such letters get it.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from models.document import Image, Quad, TextBox
from models.ops.resize import detection_shape
from models.options import OcrOptions

SHRINK = 4
"""The second look is at this part of the first one's scale."""

LARGE = 200
"""The least height of large letters, in pixels of the detector's first input."""

EMPTY = 300
"""A square of this side without a box, in pixels of the detector's first input, may hold letters that were missed."""

_CELLS = 32
"""The page is divided into so many cells along its longer side when empty squares are looked for."""

_CONTRAST = 64
"""A square whose levels differ by less holds no letters."""

_INSIDE = 0.6
"""A box lies inside another with this share of its area."""

_KNOWN = 0.8
"""A box that covers this share of a line has the whole line."""

_FILLED = 0.25
"""Boxes of small text that fill this share of a large box show that it is no line of large letters."""


def second_look(image: Image, boxes: Sequence[TextBox], options: OcrOptions) -> OcrOptions | None:
    """The options of a second look at a page; None if the first one found all that may be there.

    Args:
        image: the page.
        boxes: found by the first look.
        options: of the first look.
    """
    height, width = image.shape[:2]
    scale = _scale(height, width, options)
    longest = round(scale * max(height, width))
    if longest < EMPTY or not (_has_large(boxes, scale) or _has_empty_square(image, boxes, scale)):
        return None
    return replace(options, text_det_limit_type="max", text_det_limit_side_len=max(32, longest // SHRINK))


def with_large_letters(
    boxes: Sequence[TextBox], again: Sequence[TextBox], size: tuple[int, int], options: OcrOptions
) -> list[TextBox] | None:
    """Replace pieces of large letters by the boxes that the second look found, in no order.

    Args:
        boxes: found by the first look.
        again: found by the second look.
        size: height and width of the page.
        options: of the first look.

    Returns:
        None if the second look found no large letters that the first one missed.
    """
    least = LARGE / _scale(*size, options)
    kept, found = list(boxes), False
    for large in again:
        inside = [box for box in kept if _share_inside(box, large) >= _INSIDE]
        pieces = [box for box in inside if 2 * _across(box, large) >= _height(large.quad)]
        small = sum(_area(box.quad) for box in inside) - sum(_area(box.quad) for box in pieces)
        if _height(large.quad) < least or small >= _FILLED * _area(large.quad) or _is_known(large, pieces):
            continue
        kept, found = [box for box in kept if all(box is not each for each in inside)] + [large], True
    return kept if found else None


def _scale(height: int, width: int, options: OcrOptions) -> float:
    """The scale of the detector's first input."""
    shape = detection_shape(
        height,
        width,
        options.text_det_limit_side_len,
        options.text_det_limit_type,
        options.text_det_max_side_limit,
    )
    return max(shape) / max(height, width)


def _has_large(boxes: Sequence[TextBox], scale: float) -> bool:
    return any(_height(box.quad) * scale >= LARGE for box in boxes)


def _has_empty_square(image: Image, boxes: Sequence[TextBox], scale: float) -> bool:
    """Whether the page has a square without a box, in which there is something."""
    height, width = image.shape[:2]
    cell = max(height, width) / _CELLS
    rows, columns = max(1, round(height / cell)), max(1, round(width / cell))
    side = int(np.ceil(EMPTY / (scale * cell)))
    if side > min(rows, columns):
        return False
    free = np.ones((rows, columns), np.uint8)
    for box in boxes:
        (left, top), (right, bottom) = box.quad.min(axis=0) / cell, box.quad.max(axis=0) / cell
        free[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))] = 0
    # Its anchor is the first cell of a square whose cells are all free.
    kernel = np.ones((side, side), np.uint8)
    squares = cv2.erode(free, kernel, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    if not squares.any():
        return False
    inside = cv2.dilate(squares, kernel, anchor=(side - 1, side - 1), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    small = cv2.resize(image, (4 * columns, 4 * rows), interpolation=cv2.INTER_AREA)
    levels = small[cv2.resize(inside, (4 * columns, 4 * rows), interpolation=cv2.INTER_NEAREST) > 0]
    return bool(np.ptp(levels, axis=0).max() >= _CONTRAST)


def _height(quad: Quad) -> float:
    """The shorter side of a box."""
    sides = np.linalg.norm((quad - np.roll(quad, 1, axis=0)).astype(np.float64), axis=1)
    return float(min(sides[0] + sides[2], sides[1] + sides[3]) / 2)


def _across(box: TextBox, large: TextBox) -> float:
    """The extent of a box across a large line. A narrow letter is as high as its line."""
    width, height = np.ptp(large.quad, axis=0).tolist()
    return float(np.ptp(box.quad, axis=0)[1 if width >= height else 0])


def _area(quad: Quad) -> float:
    return float(cv2.contourArea(quad))


def _share_inside(box: TextBox, large: TextBox) -> float:
    common, _ = cv2.intersectConvexConvex(box.quad.astype(np.float32), large.quad.astype(np.float32))
    return common / max(_area(box.quad), 1.0)


def _is_known(large: TextBox, pieces: Sequence[TextBox]) -> bool:
    """Whether the first look has found the same line as one box, and so more exactly."""
    return len(pieces) == 1 and _share_inside(large, pieces[0]) >= _KNOWN
