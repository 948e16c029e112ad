"""Cuts one line out of a page and straightens it.

`locate_line` tells the place and the size of a crop without reading a pixel. So the lines of a page are planned first
and then cut in small groups: all crops of a page together can be many times as large as the page.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import VERTICAL_RATIO, Image, Quad
from models.ops.geometry import min_area_quad
from models.ops.rotate import rotate_image

_SUBPIXELS = 32
"""OpenCV 4 samples at multiples of 1/32 of a pixel (INTER_TAB_SIZE in its imgproc)."""

_BAND_PIXELS = 1 << 18
"""Crop pixels that are sampled at a time. Their position tables take about 80 bytes a pixel."""

_WIDEST_TILE = 32_000
"""cv2.remap takes 16-bit positions. Of a wider or higher page, only the part around the line is sampled."""


@dataclass(frozen=True, slots=True, eq=False)
class LineRegion:
    """The smallest rectangle around one detection.

    Attributes:
        corners: float32 (4, 2), top-left, top-right, bottom-right, bottom-left in page pixels.
        width: of the rectangle, in whole pixels.
        height: of the rectangle, in whole pixels.
        upside_down: whether the line was found upside down, so that its crop is rotated by 180 degrees.
        sideways: whether the crop is rotated by 90 degrees; None if the shape of the rectangle decides.
    """

    corners: NDArray[np.float32]
    width: int
    height: int
    upside_down: bool = False
    sideways: bool | None = None

    @property
    def vertical(self) -> bool:
        """Whether the crop is rotated by 90 degrees, counter-clockwise: if it is not said, the high rectangles are."""
        return self.height / self.width >= VERTICAL_RATIO if self.sideways is None else self.sideways

    @property
    def crop_size(self) -> tuple[int, int]:
        """(height, width) of the crop."""
        return (self.width, self.height) if self.vertical else (self.height, self.width)


def locate_line(quad: Quad) -> LineRegion | None:
    """Find the region of a detection; None if its width or height is less than one pixel.

    Args:
        quad: int32 (4, 2) in page pixels.
    """
    corners, _ = min_area_quad(quad)
    top, right, bottom, left = (np.linalg.norm(corners[i] - corners[(i + 1) % 4]) for i in range(4))
    width, height = int(max(top, bottom)), int(max(left, right))
    return LineRegion(corners, width, height) if width and height else None


def cut_line(image: Image, region: LineRegion) -> Image:
    """Cut a region out of a page, with bicubic sampling. Outside the page, its edge pixels are repeated.

    Args:
        image: uint8 (H, W, 3).
        region: from `locate_line`.

    Returns:
        uint8 (h, w, 3) of ``region.crop_size``; a view of the page if the region lies on its pixel grid.
    """
    crop = _straight(image, region)
    if crop is None:
        crop = _warp(image, region)
    if region.vertical:
        crop = np.ascontiguousarray(np.rot90(crop))
    return rotate_image(crop, 180) if region.upside_down else crop


def _straight(image: Image, region: LineRegion) -> Image | None:
    """The pixels themselves, if the rectangle lies on the pixel grid inside the page; else None.

    Sampling would give the same bytes there: all weights but one are zero.
    """
    left, top = np.rint(region.corners[0]).astype(int)
    right, bottom = left + region.width, top + region.height
    on_grid = [[left, top], [right, top], [right, bottom], [left, bottom]]
    inside = left >= 0 and top >= 0 and right <= image.shape[1] and bottom <= image.shape[0]
    if not inside or np.abs(region.corners - on_grid).max() * 2 * _SUBPIXELS >= 1:
        return None
    return image[top:bottom, left:right]


def _warp(image: Image, region: LineRegion) -> Image:
    """Sample the rectangle with the arithmetic of OpenCV 4's ``warpPerspective``, on every version of OpenCV.

    OpenCV 5 computes ``warpPerspective`` without a table of sub-pixels. Its result differs by up to 7 levels, which
    changes one text in fifteen on slanted pages. With positions rounded as in OpenCV 4, both versions stay within 1
    level.
    """
    width, height = region.width, region.height
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    _, inverse = cv2.invert(cv2.getPerspectiveTransform(region.corners, target))
    rows = max(1, _BAND_PIXELS // width)
    bands = [
        _sample(image, np.asarray(inverse, np.float64), width, range(top, min(top + rows, height)))
        for top in range(0, height, rows)
    ]
    return bands[0] if len(bands) == 1 else np.concatenate(bands)


def _sample(image: Image, inverse: NDArray[np.float64], width: int, rows: range) -> Image:
    """Sample some rows of the crop. ``inverse`` (3, 3) maps crop positions to page positions."""
    xs = np.arange(width, dtype=np.float64)
    ys = np.arange(rows.start, rows.stop, dtype=np.float64)[:, np.newaxis]
    x, y, w = (row[0] * xs + (row[1] * ys + row[2]) for row in inverse)
    scale = _SUBPIXELS / w
    fixed_x, fixed_y = np.rint(x * scale).astype(np.int64), np.rint(y * scale).astype(np.int64)
    tile, (left, top) = _tile(image, fixed_x // _SUBPIXELS, fixed_y // _SUBPIXELS)
    pixels = np.stack([fixed_x // _SUBPIXELS - left, fixed_y // _SUBPIXELS - top], axis=-1).astype(np.int16)
    fractions = ((fixed_y % _SUBPIXELS) * _SUBPIXELS + fixed_x % _SUBPIXELS).astype(np.uint16)
    sampled = cv2.remap(tile, pixels, fractions, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.uint8)


def _tile(image: Image, x: NDArray[np.int64], y: NDArray[np.int64]) -> tuple[Image, tuple[int, int]]:
    """The part of a page that holds all positions, and its top-left corner. A page within the limit is one part."""
    if max(image.shape[:2]) <= _WIDEST_TILE:
        return image, (0, 0)
    # The cubic kernel reaches two pixels further on each side.
    left, right = np.clip([x.min() - 2, x.max() + 4], 0, image.shape[1])
    top, bottom = np.clip([y.min() - 2, y.max() + 4], 0, image.shape[0])
    left, top = min(left, image.shape[1] - 1), min(top, image.shape[0] - 1)
    return image[top : max(bottom, top + 1), left : max(right, left + 1)], (int(left), int(top))
