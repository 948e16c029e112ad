"""Draws one text into the polygon that it was read from. Only the rectangle of the polygon is changed."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image
from server.export.drawing.text_drawing import WHITE, TextBrush, Tile

Corners = NDArray[np.float32]
"""float32 (4, 2): x, y of top-left, top-right, bottom-right, bottom-left."""
Colour = tuple[int, int, int]
"""Blue, green, red."""

_MAX_TILE_SIDE = 16_384
_MAX_TILE_PIXELS = 16_000_000
_VERTICAL_RATIO = 2
_VERTICAL_MINIMUM = 30


def draw_line(image: Image, brush: TextBrush, corners: Corners, text: str, colour: Colour) -> None:
    """Draw a text and its one-pixel outline over a white picture, in place.

    Earlier drawings stay visible: in each channel the darker value wins, so neighbours may overlap. For a polygon
    without area, only the outline is drawn. A polygon outside the picture changes nothing.

    Args:
        image: uint8 (H, W, 3), changed in place.
        brush: the brush of this picture.
        corners: the polygon of the text, in the picture's pixels.
        text: any string.
        colour: of the outline.
    """
    left, top, right, bottom = _rectangle(corners, image)
    if left >= right or top >= bottom:
        return
    offset = np.array([left, top], np.float32)
    ink = _warped(brush, corners - offset, text, (right - left, bottom - top))
    patch = cv2.cvtColor(ink, cv2.COLOR_GRAY2BGR)
    cv2.polylines(patch, [(corners - offset).astype(np.int32)], isClosed=True, color=colour, thickness=1)
    region = image[top:bottom, left:right]
    np.minimum(region, patch, out=region)


def side_lengths(corners: Corners) -> tuple[int, int]:
    """The width and height of a polygon in whole pixels: the lengths of its top and its left side."""
    width = math.hypot(*(corners[1] - corners[0]).tolist())
    height = math.hypot(*(corners[3] - corners[0]).tolist())
    return int(width), int(height)


def _rectangle(corners: Corners, image: Image) -> tuple[int, int, int, int]:
    height, width = image.shape[:2]
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0)) + 1
    return max(0, int(low[0])), max(0, int(low[1])), min(width, int(high[0])), min(height, int(high[1]))


def _warped(brush: TextBrush, corners: Corners, text: str, size: tuple[int, int]) -> Tile:
    """Draw the text in perspective into a white rectangle of the polygon's size."""
    width, height = side_lengths(corners)
    if not text or width == 0 or height == 0 or cv2.contourArea(corners) < 1:
        return np.full((size[1], size[0]), WHITE, np.uint8)
    tile = _tile(brush, text, width, height)
    rows, columns = tile.shape
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    transform = cv2.getPerspectiveTransform(source, corners)
    warped = cv2.warpPerspective(
        tile, transform, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(WHITE,)
    )
    return np.asarray(warped, np.uint8)


def _tile(brush: TextBrush, text: str, width: int, height: int) -> Tile:
    """Draw the text upright at the polygon's size, or smaller if the polygon is larger than a tile needs to be."""
    factor = min(1.0, _MAX_TILE_SIDE / max(width, height), math.sqrt(_MAX_TILE_PIXELS / (width * height)))
    columns, rows = max(1, int(width * factor)), max(1, int(height * factor))
    if height > _VERTICAL_RATIO * width and height > _VERTICAL_MINIMUM:
        return brush.vertical(text, columns, rows)
    return brush.horizontal(text, columns, rows)
