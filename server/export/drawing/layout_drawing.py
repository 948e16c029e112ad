"""Draws boxes with captions over a page: the blocks of its structure, or the cells of its tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.document import Image
from server.export.drawing.pictures import Size, limited_size, reduced, reduction, resized
from server.export.drawing.text_drawing import WHITE, TextBrush, drawable

_CAPTION_SIZE = 14
_CAPTION_BAND = 18
_THICKNESS = 2
_COLOURS = ((180, 60, 30), (40, 120, 40), (30, 60, 200), (150, 40, 150), (20, 140, 190), (120, 120, 20), (90, 90, 90))
"""Blue, green and red of each colour. Light letters would not show on white paper, so all are dark."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box to draw.

    Attributes:
        box: x0, y0, x1, y1 in pixels of the page.
        caption: written at its upper left corner; empty for none.
        colour: boxes of the same number have the same colour.
    """

    box: tuple[float, float, float, float]
    caption: str
    colour: int


def draw_boxes(image: Image, boxes: Sequence[DrawnBox], limit: tuple[int, int] | None = None) -> Image:
    """Draw boxes over a page.

    Args:
        image: uint8 (H, W, 3) BGR. It is not changed.
        boxes: drawn in their order.
        limit: largest width and height, to which the picture is scaled down; None keeps its size.

    Returns:
        uint8 (H, W, 3), or its `limited_size`.
    """
    height, width = image.shape[:2]
    size = Size(width, height)
    divisor = reduction(size, limit)
    canvas, brush = reduced(image, divisor).copy(), TextBrush()
    for each in boxes:
        x0, y0, x1, y1 = (round(side / divisor) for side in each.box)
        cv2.rectangle(canvas, (x0, y0), (x1, y1), _COLOURS[each.colour % len(_COLOURS)], _THICKNESS)
        _write(canvas, brush, each.caption, x0, y0)
    return resized(canvas, limited_size(size, limit))


def _write(canvas: Image, brush: TextBrush, caption: str, left: int, top: int) -> None:
    """Write a caption on white, above its box, or inside where there is no room above."""
    text = drawable(caption)
    if not text.strip():
        return
    left, begin = max(0, left), max(0, top - _CAPTION_BAND)
    end = min(canvas.shape[0], begin + _CAPTION_BAND)
    right = min(canvas.shape[1], left + brush.length(text, _CAPTION_SIZE) + _CAPTION_BAND // 2)
    if begin >= end or left >= right:
        return
    band = np.full((end - begin, right - left, 3), WHITE, np.uint8)
    brush.put(band, text, _CAPTION_BAND // 4, _CAPTION_SIZE, _CAPTION_SIZE)
    canvas[begin:end, left:right] = band
