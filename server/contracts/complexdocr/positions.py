"""Positions on the submitted page: pixels of an image, points of a PDF, always from the upper left corner."""

import math
from dataclasses import dataclass

from models.layout.document import Box


@dataclass(frozen=True, slots=True)
class PageSpace:
    """One page as it was submitted.

    Attributes:
        pixels: its width and height as decoded.
        points: a PDF page's width and height in points; None for an image.
        angle: degrees counter-clockwise that it was rotated by before it was read: 0, 90, 180 or 270.
    """

    pixels: tuple[int, int]
    points: tuple[float, float] | None
    angle: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in the unit of `position`: whole pixels, or points to a hundredth."""
        return self.pixels if self.points is None else (round(self.points[0], 2), round(self.points[1], 2))

    def position(self, box: Box) -> Box:
        """Convert a box of the page as it was read to the submitted page.

        Returns:
            Left, top, right and bottom as whole numbers. The box is not empty and lies inside the page.
        """
        x0, y0, x1, y1 = self._rotated_back(box)
        across, down = (unit / pixels for unit, pixels in zip(self.size, self.pixels, strict=True))
        left, right = _inside(x0 * across, x1 * across, self.size[0])
        top, bottom = _inside(y0 * down, y1 * down, self.size[1])
        return left, top, right, bottom

    def _rotated_back(self, box: Box) -> Box:
        x0, y0, x1, y1 = box
        width, height = self.pixels
        if self.angle == 90:
            return width - y1, x0, width - y0, x1
        if self.angle == 180:
            return width - x1, height - y1, width - x0, height - y0
        return (y0, height - x1, y1, height - x0) if self.angle == 270 else box


def _inside(low: float, high: float, limit: float) -> tuple[int, int]:
    """The whole numbers around a span, limited to the page. A page less than one unit wide has one."""
    last = max(1, math.floor(limit))
    first = min(max(0, math.floor(low + _TOLERANCE)), last - 1)
    return first, max(first + 1, min(math.ceil(high - _TOLERANCE), last))


_TOLERANCE = 1e-6
"""So that scaling to points and back does not move an edge to the next whole number."""
