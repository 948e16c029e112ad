"""The text of a page while the aids work, and its way back if another picture than the page was read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.aids.edge_margin import touches_edge
from models.document import VERTICAL_RATIO, Direction, Quad, TextBox, TextLine, Word
from models.ops.rotate import Angle
from models.reading_aids import ReadingWarning, WarningCode

_DIRECTIONS: tuple[Direction, ...] = ("right", "down", "left", "up")
"""Each is a quarter turn clockwise from the one before."""


@dataclass(frozen=True, slots=True)
class PageText:
    """All text of one picture. See `models.document.PageResult`.

    Attributes:
        boxes: all detections.
        angles: their line orientations.
        lines: the lines whose score reached the threshold.
        warnings: codes, and the index of the line in ``lines``; None for the whole page.
    """

    boxes: tuple[TextBox, ...]
    angles: tuple[int, ...]
    lines: tuple[TextLine, ...]
    warnings: tuple[tuple[WarningCode, int | None], ...] = ()

    def reported(self, page: int) -> tuple[ReadingWarning, ...]:
        """The warnings of the page with this number."""
        return tuple(ReadingWarning(code, page, line) for code, line in self.warnings)


def runs_down(line: TextLine) -> bool:
    """Whether the characters of a line are placed from its top, and not from its left edge."""
    if line.direction is not None:
        return line.direction in ("down", "up")
    width, height = np.ptp(line.quad, axis=0).tolist()
    return bool(height >= VERTICAL_RATIO * width)


def without_margin(text: PageText, margin: int, size: tuple[int, int]) -> PageText:
    """Map the text of a page that was read with a margin to the page itself.

    Args:
        text: the text.
        margin: pixels on all sides.
        size: height and width of the page, in pixels.
    """
    boxes = tuple(TextBox(_moved(box.quad, margin, size), box.score) for box in text.boxes)
    return replace(text, boxes=boxes, lines=tuple(_line_without_margin(line, margin, size) for line in text.lines))


def turned_back(text: PageText, angle: Angle, size: tuple[int, int]) -> PageText:
    """Map the text of a page that was rotated before it was read to the page itself. The order of the lines stays.

    Args:
        text: the text.
        angle: the degrees by which the page was rotated counter-clockwise.
        size: height and width of the page before that, in pixels.
    """
    if angle == 0:
        return text
    boxes = tuple(TextBox(_turned_quad(box.quad, angle, size), box.score) for box in text.boxes)
    lines = tuple(_turned_line(line, angle, size) for line in text.lines)
    return replace(text, boxes=boxes, lines=lines, warnings=(("page_turned", None), *text.warnings))


def with_edge_warnings(text: PageText, size: tuple[int, int]) -> PageText:
    """Add a warning about each line that touches the edge of the page of (height, width)."""
    at_edge: Iterable[tuple[WarningCode, int]] = (
        ("text_at_edge", number) for number, line in enumerate(text.lines) if touches_edge(line.quad, size)
    )
    return replace(text, warnings=(*text.warnings, *at_edge))


def _moved(quad: Quad, margin: int, size: tuple[int, int]) -> Quad:
    height, width = size
    return np.asarray(np.clip(quad - margin, 0, np.array([width, height])), np.int32)


def _line_without_margin(line: TextLine, margin: int, size: tuple[int, int]) -> TextLine:
    quad = _moved(line.quad, margin, size)
    # The places are fractions of the line's length, and a box that was clipped is shorter.
    axis = 1 if runs_down(line) else 0
    before, after = line.quad[:, axis] - margin, quad[:, axis]
    first, length = int(after.min()), max(1, int(np.ptp(after)))
    points = (float(before.min() + position * np.ptp(before)) for position in line.char_positions)
    positions = tuple(min(max((point - first) / length, 0.0), 1.0) for point in points)
    words = tuple(_word_without_margin(word, margin, size) for word in line.words)
    return replace(line, quad=quad, words=words, char_positions=positions)


def _word_without_margin(word: Word, margin: int, size: tuple[int, int]) -> Word:
    corners = np.array(word.box).reshape(2, 2) - margin
    (left, top), (right, bottom) = np.clip(corners, 0, [size[1], size[0]]).tolist()
    return replace(word, box=(left, top, right, bottom))


def _turned_points(points: NDArray[np.int32], angle: Angle, size: tuple[int, int]) -> NDArray[np.int32]:
    """Points (N, 2) of the page before it was rotated, clipped to it."""
    height, width = size
    x, y = points.astype(np.int64).T
    # The rotated page is moved by one pixel, see `models.ops.rotate.rotate_image`.
    before = {90: (width - y + 1, x), 180: (width - x + 1, height - y + 1), 270: (y, height - x + 1)}[angle]
    return np.asarray(np.clip(np.stack(before, axis=1), 0, [width, height]), np.int32)


def _turned_quad(quad: Quad, angle: Angle, size: tuple[int, int]) -> Quad:
    """The quad of the page before it was rotated, with its own upper left corner first."""
    turned: Quad = np.roll(_turned_points(quad, angle, size), angle // 90, axis=0)
    return turned


def _turned_line(line: TextLine, angle: Angle, size: tuple[int, int]) -> TextLine:
    down = runs_down(line)
    direction = line.direction or ("down" if down else "right")
    before = _DIRECTIONS[(_DIRECTIONS.index(direction) + angle // 90) % 4]
    # The left edge of a line becomes an upper, right or lower one, and its upper edge a right, lower or left one.
    from_the_end = angle in ((90, 180) if down else (180, 270))
    positions = tuple(1 - place for place in line.char_positions) if from_the_end else line.char_positions
    words = tuple(_turned_word(word, angle, size) for word in line.words)
    quad = _turned_quad(line.quad, angle, size)
    return replace(line, quad=quad, words=words, char_positions=positions, direction=before)


def _turned_word(word: Word, angle: Angle, size: tuple[int, int]) -> Word:
    corners = _turned_points(np.array(word.box, np.int32).reshape(2, 2), angle, size)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return replace(word, box=(left, top, right, bottom))
