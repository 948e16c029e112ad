"""The text of a page while the aids work, and its way back if another picture than the page was read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from models.aids.edge_margin import touches_edge
from models.document import VERTICAL_RATIO, Quad, TextBox, TextLine, Word
from models.reading_aids import ReadingWarning, WarningCode


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
