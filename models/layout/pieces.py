"""The parts of a page while its reading order is found: pieces, and bands of pieces beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.layout.frame import Span

_SHRINK = 0.2
"""A detected box is larger than its letters on every side, by about this share of its height."""

_CLEAR = 0.35
"""A piece keeps so far away from the middle of a river, in heights of the line."""

Gap = tuple[float, float]
EVERYWHERE: Gap = (float("-inf"), float("inf"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or a table or figure that was found before.

    Attributes:
        x0: left edge in the frame.
        y0: upper edge.
        x1: right edge.
        y1: lower edge.
        span: the line; None for a table or figure.
        object_index: index of the table or figure among the page's objects; -1 for a line.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    span: Span | None = None
    object_index: int = -1

    @property
    def width(self) -> float:
        """The extent along x."""
        return self.x1 - self.x0

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class Band:
    """Pieces beside each other, from left to right. No horizontal line can be drawn between them.

    Attributes:
        pieces: from left to right.
        y0: upper edge.
        y1: lower edge.
        gaps: the white along x, which has no end at the left and at the right.
    """

    pieces: tuple[Piece, ...]
    y0: float
    y1: float
    gaps: tuple[Gap, ...]

    @property
    def middle(self) -> float:
        """The mean of the pieces' middles."""
        return sum(piece.middle for piece in self.pieces) / len(self.pieces)


def piece_of(span: Span, room: Gap = (float("-inf"), float("inf"))) -> Piece:
    """The piece of a line: the extent of its letters, not of its detected box.

    Args:
        span: the line.
        room: the middles of the rivers to its left and right. The piece keeps clear of them, so that there is white
            between columns however narrow their gutter is.
    """
    across, down = min(_SHRINK * span.size, span.width / 4), _SHRINK * min(span.size, span.y1 - span.y0)
    clear = min(_CLEAR * span.size, span.width / 4)
    left, right = max(span.x0 + across, room[0] + clear), min(span.x1 - across, room[1] - clear)
    return Piece(left, span.y0 + down, right, span.y1 - down, span)


def make_bands(pieces: Sequence[Piece]) -> list[Band]:
    """Group pieces into bands, from top to bottom. Pieces that overlap along y, also in a chain, share a band."""
    groups: list[list[Piece]] = []
    bottom = float("-inf")
    for piece in sorted(pieces, key=lambda piece: (piece.y0, piece.x0)):
        if groups and piece.y0 < bottom:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        bottom = max(bottom, piece.y1)
    return [band_of(group) for group in groups]


def rows_of(pieces: Sequence[Piece]) -> list[tuple[Piece, ...]]:
    """Group pieces into rows, each from left to right. In a row, all middles lie within the first piece's height."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.middle, piece.x0)):
        if rows and piece.middle < rows[-1][0].y1 and rows[-1][0].middle > piece.y0:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [tuple(sorted(row, key=lambda piece: piece.x0)) for row in rows]


def gaps_of(pieces: Sequence[Piece], low: float, high: float) -> list[Gap]:
    """The white intervals along x between ``low`` and ``high``."""
    gaps, at = [], low
    for piece in sorted(pieces, key=lambda piece: piece.x0):
        if piece.x0 > at:
            gaps.append((at, piece.x0))
        at = max(at, piece.x1)
    if high > at:
        gaps.append((at, high))
    return gaps


def common_gaps(first: Sequence[Gap], second: Sequence[Gap], narrowest: float) -> list[Gap]:
    """The gaps of at least ``narrowest`` pixels that both have. Both lists ascend."""
    common, left, right = [], 0, 0
    while left < len(first) and right < len(second):
        low, high = max(first[left][0], second[right][0]), min(first[left][1], second[right][1])
        if high - low >= narrowest:
            common.append((low, high))
        if first[left][1] < second[right][1]:
            left += 1
        else:
            right += 1
    return common


def extent(pieces: Sequence[Piece]) -> tuple[float, float, float, float]:
    """The rectangle around pieces: x0, y0, x1, y1."""
    return (
        min(piece.x0 for piece in pieces),
        min(piece.y0 for piece in pieces),
        max(piece.x1 for piece in pieces),
        max(piece.y1 for piece in pieces),
    )


def band_of(pieces: Sequence[Piece]) -> Band:
    """The band of pieces that stand beside each other."""
    _, y0, _, y1 = extent(pieces)
    ordered = tuple(sorted(pieces, key=lambda piece: (piece.x0, piece.y0)))
    return Band(ordered, y0, y1, tuple(gaps_of(ordered, *EVERYWHERE)))
