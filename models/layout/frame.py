"""The upright frame in which a page is analysed: without skew, with horizontal lines, and at a common line height.

All geometry after this file is axis-parallel and in the frame's pixels. Only finished boxes go back to the page.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import VERTICAL_RATIO, Direction, Image, Quad, TextLine
from models.layout.document import Box

WORKING_LINE_HEIGHT = 20.0
"""Pages are scaled down until their lines are at most about so many pixels high."""
DEFAULT_LINE_HEIGHT = 30.0
"""The height of a line, in pixels, that is assumed for a page without lines."""
MAX_SIDE = 2400
"""No side of the frame is longer than about so many pixels."""
MAX_SKEW_DEGREES = 15.0
"""A page with more skew is left as it is: its lines were set like that, or they contradict each other."""
_TURNED_SHARE = 0.6
_LEVEL_DEGREES = 0.05
_CLOCKWISE: dict[Direction, float] = {"right": 0.0, "down": 90.0, "left": 180.0, "up": 270.0}
"""Degrees from the direction to the right."""

Matrix = NDArray[np.float64]
"""float64 (2, 3): an affine map of points."""


@dataclass(frozen=True, slots=True)
class Span:
    """One line with text, in the frame.

    Attributes:
        index: its index among the page's lines.
        x0: left edge.
        y0: upper edge.
        x1: right edge.
        y1: lower edge.
        size: the line's height, measured across its text and independent of its skew.
        text: its text, without white space around it.
        rises: whether its text, if it is vertical, runs from the bottom to the top.
    """

    index: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    text: str
    rises: bool = False

    @property
    def width(self) -> float:
        """The extent along x."""
        return self.x1 - self.x0

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return (self.y0 + self.y1) / 2

    @property
    def centre(self) -> float:
        """The x of its middle."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """A page in its upright frame.

    Attributes:
        forward: maps the page's pixels to the frame's.
        backward: maps the frame's pixels to the page's.
        size: width and height of the frame.
        page_size: width and height of the page.
        line_height: median height of the lines, in the frame.
        spans: the lines with text, in the order of the page's lines.
    """

    forward: Matrix
    backward: Matrix
    size: tuple[int, int]
    page_size: tuple[int, int]
    line_height: float
    spans: tuple[Span, ...]

    @property
    def is_turned(self) -> bool:
        """Whether the page was turned by a quarter, because its lines are vertical."""
        return bool(abs(self.forward[0, 1]) > abs(self.forward[0, 0]))

    def picture(self, image: Image) -> Image:
        """The page's pixels in the frame. Outside the page, its edge is repeated."""
        shrunk = math.hypot(self.forward[0, 0], self.forward[0, 1])
        # Below a scale of one half, bilinear sampling skips pixels, and thin rules would vanish. So the page is first
        # divided by a whole number, which is fast.
        factor = max(1, int(1 / shrunk))
        if factor > 1:
            size = max(1, image.shape[1] // factor), max(1, image.shape[0] // factor)
            whole = image[: size[1] * factor, : size[0] * factor]
            image = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
        forward = self.forward @ np.diag([factor, factor, 1.0])
        warped = cv2.warpAffine(image, forward, self.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(warped, np.uint8)

    def page_box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """The page's rectangle around a rectangle of the frame: in whole pixels, not empty, inside the page."""
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ self.backward.T
        width, height = self.page_size
        left, top = np.floor(corners.min(axis=0)).tolist()
        right, bottom = np.ceil(corners.max(axis=0)).tolist()
        left, right = _inside(left, right, width)
        top, bottom = _inside(top, bottom, height)
        return left, top, right, bottom


def make_frame(image: Image, lines: Sequence[TextLine], more_skew: float = 0.0) -> Frame:
    """Make the upright frame of a page.

    Args:
        image: the page.
        lines: of the page.
        more_skew: degrees that are added to the skew of the lines, see `models.layout.skew`.
    """
    height, width = image.shape[:2]
    chosen = [(index, line) for index, line in enumerate(lines) if line.text.strip()]
    turn = _turn([line for _, line in chosen])
    angle = 0.0 if turn in (90.0, 270.0) else estimate_skew([line.quad for _, line in chosen]) + more_skew
    sizes = [_across(line) for _, line in chosen]
    scale = _scale(float(np.median(sizes)) if sizes else DEFAULT_LINE_HEIGHT, width, height)
    forward, size = _forward(width, height, angle + turn, scale)
    spans = tuple(
        _span(index, line, across * scale, forward, turn) for (index, line), across in zip(chosen, sizes, strict=True)
    )
    line_height = float(np.median([span.size for span in spans])) if spans else DEFAULT_LINE_HEIGHT * scale
    backward = np.asarray(cv2.invertAffineTransform(forward), np.float64)
    return Frame(forward, backward, size, (width, height), max(line_height, 1.0), spans)


def estimate_skew(quads: Sequence[Quad]) -> float:
    """The skew in degrees, positive if lines run down to the right: the median over all edges, weighted by length.

    Corners are whole pixels, so long lines tell the angle best. Lines that are not clearly wider than high are ignored.
    """
    if not quads:
        return 0.0
    corners = np.asarray(quads, np.float64)
    edges = np.concatenate([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 3]])
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    sides = np.tile(np.hypot(*(corners[:, 3] - corners[:, 0]).T), 2)
    clear = (lengths > 2 * sides) & (edges[:, 0] > 0)
    if not clear.any():
        return 0.0
    degrees = np.degrees(np.arctan2(edges[clear, 1], edges[clear, 0]))
    order = np.argsort(degrees)
    weights = np.cumsum(lengths[clear][order])
    angle = float(degrees[order][np.searchsorted(weights, weights[-1] / 2)])
    return angle if _LEVEL_DEGREES < abs(angle) <= MAX_SKEW_DEGREES else 0.0


def _across(line: TextLine) -> float:
    """The height of a line, across its text."""
    width, height = _sides(line.quad)
    if line.direction is not None:
        return width if line.direction in ("down", "up") else height
    return width if len(line.text.strip()) > 1 and height >= VERTICAL_RATIO * width else height


def _sides(quad: Quad) -> tuple[float, float]:
    corners = quad.astype(np.float64)
    width = (math.dist(corners[0], corners[1]) + math.dist(corners[3], corners[2])) / 2
    return width, (math.dist(corners[0], corners[3]) + math.dist(corners[1], corners[2])) / 2


def _turn(lines: Sequence[TextLine]) -> float:
    """The degrees counter-clockwise that make most characters run to the right: 0, 90, 180 or 270.

    Lines run down in some Chinese and Japanese texts. On a turned page they run down, up, or to the left.
    """
    counts: Counter[Direction] = Counter()
    for line in lines:
        if len(line.text.strip()) > 1:
            counts[_direction(line)] += len(line.text)
    turns: tuple[tuple[Direction, float], ...] = (("down", 90.0), ("left", 180.0), ("up", 270.0))
    return next((turn for direction, turn in turns if counts[direction] > _TURNED_SHARE * counts.total()), 0.0)


def _direction(line: TextLine) -> Direction:
    width, height = _sides(line.quad)
    return line.direction or ("down" if height >= VERTICAL_RATIO * width else "right")


def _scale(line_height: float, width: int, height: int) -> float:
    return min(1.0, WORKING_LINE_HEIGHT / max(line_height, 1.0), MAX_SIDE / max(width, height))


def _forward(width: int, height: int, degrees: float, scale: float) -> tuple[Matrix, tuple[int, int]]:
    """Rotate counter-clockwise by ``degrees`` and shrink. The whole page stays inside the frame."""
    rotation = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale), np.float64)
    cosine, sine = abs(rotation[0, 0]), abs(rotation[0, 1])
    new_width, new_height = (width * cosine + height * sine), (width * sine + height * cosine)
    rotation[0, 2] += new_width / 2 - width / 2
    rotation[1, 2] += new_height / 2 - height / 2
    return rotation, (max(1, round(new_width)), max(1, round(new_height)))


def _span(index: int, line: TextLine, size: float, forward: Matrix, turn: float) -> Span:
    corners = np.column_stack([line.quad.astype(np.float64), np.ones(4)]) @ forward.T
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    # The frame is the page turned counter-clockwise. If that is a quarter, what runs to the right rises in the frame.
    rises = (_CLOCKWISE[_direction(line)] - turn) % 360 == _CLOCKWISE["up"]
    return Span(index, x0, y0, max(x1, x0 + 1), max(y1, y0 + 1), max(size, 1.0), line.text.strip(), rises)


def _inside(low: float, high: float, limit: int) -> tuple[int, int]:
    first = int(min(max(low, 0), limit - 1))
    return first, int(max(min(high, limit), first + 1))
