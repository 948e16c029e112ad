"""Takes vertical text out of a page of horizontal lines: it is a column of its own, and joins no rows.

A vertical line, such as the name of a copy in the margin of an invoice, stands beside many rows. In the bands of the
reading order it would make one row of them all. So it is read apart, after what stands beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from models.document import VERTICAL_RATIO
from models.layout.aligned import AlignedTable
from models.layout.frame import Span
from models.layout.pieces import Piece, piece_of, rows_of
from models.layout.reading import Column, Part

_TALLEST_ROW = 1.8
"""A vertical line is at least so high, in heights of the page's lines: it reaches beside two rows."""
_NEIGHBOUR = 1.5
"""Vertical lines of one text are at most so far apart, in their widths."""
_CHARACTER_GAP = 0.7
"""A character above or below a vertical line belongs to it up to this distance, in the line's widths."""
_CHARACTER_SIDE = 1.5
"""Such a character is at most so many times as wide as the line, and as high as the line is wide."""


@dataclass(frozen=True, slots=True)
class UprightText:
    """Vertical lines beside each other.

    Attributes:
        column: the lines, turned so that their text runs from left to right. The spans' indices are the page's, their
            places are not.
        y0: upper edge in the frame.
        y1: lower edge in the frame.
    """

    column: Column
    y0: float
    y1: float


def take_upright(spans: Sequence[Span], line_height: float) -> tuple[list[UprightText], list[Span]]:
    """Separate the vertical text of a page from its other lines.

    Args:
        spans: the lines outside tables and figures.
        line_height: median height of a line.

    Returns:
        The vertical texts, in no order, and the other lines.
    """
    tall = [span for span in spans if _is_upright(span, line_height)]
    if not tall:
        return [], list(spans)
    upright = {span.index for span in tall}
    rest = []
    for span in spans:
        if span.index in upright:
            continue
        if any(_goes_on(line, span) for line in tall):
            tall.append(span)
        else:
            rest.append(span)
    return [_text(group) for group in _groups(tall)], rest


def put_upright(parts: Iterable[Part], texts: Sequence[UprightText]) -> list[Part | UprightText]:
    """Put vertical texts into the reading order: each after the last part that stands beside it or above it.

    Args:
        parts: the other parts of the page, in reading order.
        texts: the vertical texts.
    """
    level = list(parts)
    places = [_extent_along_y(part) for part in level]
    order: list[Part | UprightText] = [*level]
    # From the last place to the first, so that the places of those that follow stay right.
    after = [(_place(text, places), text) for text in sorted(texts, key=lambda text: text.y0)]
    for place, text in sorted(after, key=lambda pair: pair[0], reverse=True):
        order.insert(place, text)
    return order


def _is_upright(span: Span, line_height: float) -> bool:
    height = span.y1 - span.y0
    return len(span.text) > 1 and height >= VERTICAL_RATIO * span.width and height >= _TALLEST_ROW * line_height


def _goes_on(line: Span, span: Span) -> bool:
    """Whether a line of about one character's size continues a vertical line above or below."""
    width, height = line.width, span.y1 - span.y0
    if not line.x0 <= span.centre <= line.x1 or max(span.width, height) > _CHARACTER_SIDE * width:
        return False
    return max(line.y0 - span.y1, span.y0 - line.y1) <= _CHARACTER_GAP * width


def _groups(spans: Sequence[Span]) -> list[list[Span]]:
    """Vertical lines that stand beside each other or below each other, without much white between them."""
    groups: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: span.x0):
        near = [group for group in groups if any(_are_neighbours(other, span) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), span])
    return groups


def _are_neighbours(left: Span, right: Span) -> bool:
    far = _NEIGHBOUR * max(left.width, right.width)
    across = max(left.x0 - right.x1, right.x0 - left.x1)
    down = max(left.y0 - right.y1, right.y0 - left.y1)
    return (across <= far and down < 0) or (across < 0 and down <= far)


def _text(spans: Sequence[Span]) -> UprightText:
    rising = sum(len(span.text) if span.rises else -len(span.text) for span in spans) > 0
    turned = [piece_of(_turned(span, rising=rising)) for span in spans]
    rows = tuple(rows_of(turned))
    column = Column(rows, min(piece.x0 for piece in turned), max(piece.x1 for piece in turned))
    return UprightText(column, min(span.y0 for span in spans), max(span.y1 for span in spans))


def _turned(span: Span, *, rising: bool) -> Span:
    """A line turned by 90 degrees. Lines that run down follow each other from right to left, rising ones as usual."""
    if rising:
        return replace(span, x0=-span.y1, x1=-span.y0, y0=span.x0, y1=span.x1)
    return replace(span, x0=span.y0, x1=span.y1, y0=-span.x1, y1=-span.x0)


def _extent_along_y(part: Part) -> tuple[float, float]:
    if isinstance(part, Piece):
        return part.y0, part.y1
    pieces = part.pieces if isinstance(part, AlignedTable) else [piece for row in part.rows for piece in row]
    return min(piece.y0 for piece in pieces), max(piece.y1 for piece in pieces)


def _place(text: UprightText, places: Sequence[tuple[float, float]]) -> int:
    """The number of parts that are read before a vertical text."""
    beside = [number for number, (y0, y1) in enumerate(places) if y0 < text.y1 and text.y0 < y1]
    above = [number for number, (_, y1) in enumerate(places) if y1 <= text.y0]
    return 1 + max(beside or above, default=-1)
