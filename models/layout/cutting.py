"""Cuts lines at the rivers of their page: a box over the gutter between two columns becomes two lines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.document import Image, TextLine
from models.layout.frame import Frame, Span
from models.layout.rivers import River, Rivers, find_ink

Interval = tuple[float, float]

_AT_EDGE = 0.6
"""The edge of a detected box lies at most so far beyond the middle of a river beside it, in heights of a line."""
_HIGHER = 1.6
"""A box over two columns is at most so many times as high as one line."""
_WIDEST_LETTER_GAP = 0.2
"""The white between two letters of a line is at most so wide, in heights of the line. That of a title may stand above
the gutter by chance."""
_NARROWEST_LINE = 6.0
"""A line is at least so many times as wide as high to be cut."""
_NARROWEST_PART = 1.2
"""A part of a line is at least so wide, in heights of a line."""
_MARKER = re.compile(
    r"(?:[•·▪◦●○■□◆➢✓*+>–—-]|[(\[]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[)\].:]{0,2}|\d{1,2}(?:\.\d{1,2}){1,3}\.?|[①-⑳])"
)
"""The mark of a list's item, or the number of a heading. The white behind it is no gutter."""


@dataclass(frozen=True, slots=True)
class CutLines:
    """The lines of a page after cutting.

    Attributes:
        lines: the page's lines in their order, with parts in the place of those that were cut.
        sources: for each of them, the index of the page's line that it is or is a part of.
        frame: the page's frame. Its spans are the parts instead of the lines that were cut.
        room: for the index of each line beside a river, the places along x that it keeps clear of: the middles of the
            rivers to its left and to its right. Infinite where there is none.
    """

    lines: tuple[TextLine, ...]
    sources: tuple[int, ...]
    frame: Frame
    room: Mapping[int, Interval]


def cut_lines(picture: Image, lines: Sequence[TextLine], frame: Frame) -> CutLines:
    """Cut the lines of a page at its rivers.

    Args:
        picture: the page in its frame.
        lines: of the page.
        frame: of the page.
    """
    rivers = Rivers(find_ink(picture, frame.line_height), frame.spans, frame.line_height)
    by_index = {span.index: span for span in frame.spans}
    after: list[TextLine] = []
    sources: list[int] = []
    spans: list[Span] = []
    room: dict[int, Interval] = {}
    for index, line in enumerate(lines):
        span = by_index.get(index)
        found = rivers.at(span) if span and _is_level(span, line) else []
        for part, text in _parts(span, line, found, frame.line_height) if span else [(None, line)]:
            if part is not None:
                # The box over two columns is too high where their lines are not level.
                size = part.size if part is span else min(part.size, max(frame.line_height, part.size / _HIGHER))
                spans.append(replace(part, index=len(after), size=size))
                room[len(after)] = _room(part, found, frame.line_height)
            after.append(text)
            sources.append(index)
    return CutLines(tuple(after), tuple(sources), replace(frame, spans=tuple(spans)), room)


def _is_level(span: Span, line: TextLine) -> bool:
    return line.direction in (None, "right") and span.width >= span.y1 - span.y0


def _room(span: Span, rivers: Sequence[River], height: float) -> Interval:
    middles = [(river.x0 + river.x1) / 2 for river in rivers]
    left = [x for x in middles if x <= span.x0 + _AT_EDGE * height]
    right = [x for x in middles if x >= span.x1 - _AT_EDGE * height]
    return max(left, default=float("-inf")), min(right, default=float("inf"))


def _parts(span: Span, line: TextLine, rivers: Sequence[River], height: float) -> list[tuple[Span, TextLine]]:
    """A line as its parts between rivers, or whole."""
    parts: list[tuple[Span, TextLine]] = []
    rest = (span, line)
    if len(line.char_positions) != len(line.text) or span.width < _NARROWEST_LINE * (span.y1 - span.y0):
        return [rest]
    for river in rivers:
        wide = river.x1 - river.x0 >= _WIDEST_LETTER_GAP * span.size
        if not wide or not span.x0 < (river.x0 + river.x1) / 2 < span.x1:
            continue
        left, right = divided(*rest, river)
        if _stands_alone(left, height) and _stands_alone(right, height):
            parts.append(left)
            rest = right
    return [*parts, rest]


def divided(span: Span, line: TextLine, river: River) -> tuple[tuple[Span, TextLine], tuple[Span, TextLine]]:
    """The parts of a line on both sides of a river or a rule."""
    middle = (river.x0 + river.x1) / 2
    # Box and letters differ at the ends of the white, as they do at the ends of a line.
    end, begin = min(middle, river.x0 + 0.15 * span.size), max(middle, river.x1 - 0.15 * span.size)
    at, ends, begins = ((x - span.x0) / span.width for x in (middle, end, begin))
    first = _slice(line, 0.0, ends, [position < at for position in line.char_positions])
    second = _slice(line, begins, 1.0, [position >= at for position in line.char_positions])
    return (
        (replace(span, x1=end, text=first.text.strip()), first),
        (replace(span, x0=begin, text=second.text.strip()), second),
    )


def _slice(line: TextLine, start: float, end: float, kept: Sequence[bool]) -> TextLine:
    """A part of a level line between two fractions of its length, with some of its characters."""
    chosen = [number for number, keep in enumerate(kept) if keep]
    while chosen and line.text[chosen[0]].isspace():
        chosen.pop(0)
    while chosen and line.text[chosen[-1]].isspace():
        chosen.pop()
    left, right = line.quad[[0, 3]].astype(np.float64), line.quad[[1, 2]].astype(np.float64)
    near, far = left + (right - left) * start, left + (right - left) * end
    quad = np.rint(np.array([near[0], far[0], far[1], near[1]])).astype(np.int32)
    scores = tuple(line.char_scores[number] for number in chosen) if len(line.char_scores) == len(kept) else ()
    middle = (quad[0, 0] + quad[1, 0]) / 2, (quad[0, 0], quad[1, 0])
    return replace(
        line,
        text="".join(line.text[number] for number in chosen),
        score=float(np.mean(scores)) if scores else line.score,
        quad=quad,
        char_scores=scores,
        char_positions=tuple((line.char_positions[number] - start) / (end - start) for number in chosen),
        words=tuple(word for word in line.words if middle[1][0] <= (word.box[0] + word.box[2]) / 2 <= middle[1][1]),
    )


def _stands_alone(part: tuple[Span, TextLine], height: float) -> bool:
    span, _ = part
    return span.width >= _NARROWEST_PART * height and len(span.text) > 1 and _MARKER.fullmatch(span.text) is None
