"""The box of a line in its reading direction, at any rotation."""

import math
from dataclasses import dataclass

from models.document import VERTICAL_RATIO, Direction, Quad, TextLine

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LineBox:
    """A line's rectangle in reading direction, in pixels. y grows downwards.

    Attributes:
        start: its lower left corner, seen in reading direction.
        end: its lower right corner.
        top: its upper left corner.
    """

    start: Point
    end: Point
    top: Point

    @property
    def length(self) -> float:
        """The length of the side along the text."""
        return math.dist(self.start, self.end)

    @property
    def height(self) -> float:
        """The length of the side across the text."""
        return math.dist(self.start, self.top)

    @property
    def centre(self) -> Point:
        """The middle of the rectangle."""
        return (self.end[0] + self.top[0]) / 2, (self.end[1] + self.top[1]) / 2

    @property
    def angle(self) -> float:
        """The rotation of the text on the page, in degrees clockwise."""
        return math.degrees(math.atan2(self.end[1] - self.start[1], self.end[0] - self.start[0]))


def line_box(line: TextLine) -> LineBox:
    """The box of a line's quadrilateral. A single character that is high and narrow is not read from top to bottom."""
    if line.direction is not None:
        return _directed(line.quad, line.direction)
    return _box(line.quad, len(line.text.strip()) > 1)


def _directed(quad: Quad, direction: Direction) -> LineBox:
    """The box of text that runs in a direction. The corners go around clockwise, on the page and along the text."""
    corners = [(float(x), float(y)) for x, y in quad]
    first = ("right", "down", "left", "up").index(direction)
    # Text that runs to the right begins at the lower left corner, the last one. Each turn begins one corner later.
    start, top, _, end = (corners[(first + step) % 4] for step in (3, 0, 1, 2))
    return LineBox(start, end, top)


def _box(quad: Quad, may_run_down: bool) -> LineBox:
    corners = [(float(x), float(y)) for x, y in quad]
    top_left, top_right, bottom_right, bottom_left = corners
    width = max(math.dist(top_left, top_right), math.dist(bottom_left, bottom_right))
    height = max(math.dist(top_left, bottom_left), math.dist(top_right, bottom_right))
    if may_run_down and height >= VERTICAL_RATIO * width:
        return LineBox(top_left, bottom_left, top_right)
    return LineBox(bottom_left, bottom_right, top_left)
