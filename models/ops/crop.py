"""Cutting one line out of a page, straightened."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image, Quad
from models.ops.geometry import min_area_quad

VERTICAL_RATIO = 1.5
"""A crop at least this many times as high as wide is turned by 90 degrees counter-clockwise, as the reference does."""

_SUBPIXELS = 32
"""OpenCV 4 samples at multiples of 1/32 of a pixel (INTER_TAB_SIZE in its imgproc)."""


def crop_line(image: Image, quad: Quad) -> Image | None:
    """Cut the smallest rectangle around a quad out of a page, bicubic, edge pixels repeated outside the page.

    Args:
        image: uint8 (H, W, 3).
        quad: int32 (4, 2) in page pixels.

    Returns:
        uint8 (h, w, 3), or None where the quad has no area left in whole pixels.
    """
    corners, _ = min_area_quad(quad)
    width, height = _side_lengths(corners)
    if width == 0 or height == 0:
        return None
    crop = _straight(image, corners, width, height)
    if crop is None:
        crop = _warp(image, corners, width, height)
    return np.ascontiguousarray(np.rot90(crop) if height / width >= VERTICAL_RATIO else crop)


def _side_lengths(corners: NDArray[np.float32]) -> tuple[int, int]:
    """(width, height) in whole pixels: the longer of each pair of opposite sides, cut off."""
    top, right, bottom, left = (np.linalg.norm(corners[i] - corners[(i + 1) % 4]) for i in range(4))
    return int(max(top, bottom)), int(max(left, right))


def _straight(image: Image, corners: NDArray[np.float32], width: int, height: int) -> Image | None:
    """The pixels themselves where the rectangle lies on the pixel grid inside the page; else None.

    Sampling there would give the same bytes: every weight but one is zero.
    """
    left, top = np.rint(corners[0]).astype(int)
    on_grid = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    inside = left >= 0 and top >= 0 and left + width <= image.shape[1] and top + height <= image.shape[0]
    if not inside or np.abs(corners - on_grid).max() * 2 * _SUBPIXELS >= 1:
        return None
    return image[top : top + height, left : left + width]


def _warp(image: Image, corners: NDArray[np.float32], width: int, height: int) -> Image:
    """Sample the rectangle with the arithmetic of OpenCV 4's ``warpPerspective``, whatever version is installed.

    OpenCV 5 computes its own ``warpPerspective`` without a table of sub-pixels, up to 7 levels away, which changes one
    text in fifteen on slanted pages. Positions rounded as OpenCV 4 rounds them stay within 1 level on either version.
    """
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    _, inverse = cv2.invert(cv2.getPerspectiveTransform(corners, target))
    xs, ys = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)[:, np.newaxis]
    x, y, w = (row[0] * xs + (row[1] * ys + row[2]) for row in np.asarray(inverse, np.float64))
    scale = _SUBPIXELS / w
    fixed_x, fixed_y = np.rint(x * scale).astype(np.int64), np.rint(y * scale).astype(np.int64)
    pixels = np.stack([fixed_x // _SUBPIXELS, fixed_y // _SUBPIXELS], axis=-1).astype(np.int16)
    fractions = ((fixed_y % _SUBPIXELS) * _SUBPIXELS + fixed_x % _SUBPIXELS).astype(np.uint16)
    sampled = cv2.remap(image, pixels, fractions, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.uint8)
