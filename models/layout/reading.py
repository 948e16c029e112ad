"""Finds the reading order: the page is cut along its white space, into rows and columns, again and again.

This is a recursive XY-cut (Nagy and Seth, 1984) over bands of pieces. Bands that share a white gutter are columns,
which are read one after the other. A band across the gutter ends the columns. Tables without rules are found here too:
lines side by side are either columns of text or rows of a table, and one decision answers both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.layout.aligned import AlignedTable, find_aligned, is_prose
from models.layout.labels import are_labels
from models.layout.pieces import EVERYWHERE, Band, Gap, Piece, common_gaps, extent, make_bands, rows_of

_DEEPEST = 24
"""The greatest depth of the recursion. Pieces that are not separated by then are read row by row."""
_GUTTER = 0.55
"""The white between columns is at least so wide, in heights of a line."""
_LOOK_AHEAD = 80
"""A second column begins at most so many bands below the first."""
_APART = 1.4
"""A single row above or below columns is not a part of them if it is further away, in heights of a line."""
_APART_OF_USUAL = 1.25
"""And further away than the rows of the columns usually are from each other, by this factor."""


@dataclass(frozen=True, slots=True)
class Column:
    """Rows of lines below each other. The pieces of a row are read from left to right.

    Attributes:
        rows: from top to bottom.
        x0: left edge of the space that the lines may fill.
        x1: right edge of that space.
    """

    rows: tuple[tuple[Piece, ...], ...]
    x0: float
    x1: float


Part = Column | AlignedTable | Piece
"""A part of a page in reading order. A piece stands for a table or figure that was found before."""


def read_in_order(pieces: Sequence[Piece], height: float) -> list[Part]:
    """Put pieces into reading order.

    Args:
        pieces: lines, tables and figures that overlap little.
        height: median height of a line.
    """
    return list(_Reader(height).read(pieces, 0)) if pieces else []


class _Reader:
    def __init__(self, height: float) -> None:
        self._height = height

    def read(self, pieces: Sequence[Piece], depth: int) -> Iterator[Part]:
        bands = make_bands(pieces)
        if depth >= _DEEPEST:
            yield from self._rows(bands)
            return
        done = 0
        for start, end, table in find_aligned(bands, 3, self._height):
            yield from self._runs(bands[done:start], depth)
            yield table
            done = end
        yield from self._runs(bands[done:], depth)

    def _runs(self, bands: Sequence[Band], depth: int) -> Iterator[Part]:
        """Read bands without a wide table: rows from top to bottom, columns one after the other."""
        waiting: list[Band] = []
        start = 0
        while start < len(bands):
            end, gutters = self._run(bands, start)
            if gutters and _is_worth(bands[start:end]) and not self._begins_later(bands, start, end):
                yield from self._rows(waiting)
                waiting = []
                yield from self._columns(bands[start:end], gutters, depth)
            else:
                end = start + 1
                waiting.append(bands[start])
            start = end
        yield from self._rows(waiting)

    def _run(self, bands: Sequence[Band], start: int) -> tuple[int, list[Gap]]:
        """The end of the bands from ``start`` on that share white, and the white between their columns."""
        narrowest = _GUTTER * self._height
        shared: list[Gap] = [EVERYWHERE]
        best: tuple[int, list[Gap]] = (start + 1, [])
        low, high = float("inf"), float("-inf")
        left = min(band.gaps[0][1] for band in bands[start:])
        right = max(band.gaps[-1][0] for band in bands[start:])
        for position in range(start, len(bands)):
            if not best[1] and position - start > _LOOK_AHEAD:
                break
            shared = common_gaps(shared, bands[position].gaps, narrowest)
            if not any(gap[0] < right and gap[1] > left for gap in shared):
                break  # No white is left between the outermost pieces, so there cannot be any further down.
            low = min(low, bands[position].pieces[0].x0)
            high = max(high, *(piece.x1 for piece in bands[position].pieces))
            inner = [gap for gap in shared if gap[0] > low and gap[1] < high]
            if best[1] and not inner:
                break
            if inner:
                best = (position + 1, inner)
        return best

    def _begins_later(self, bands: Sequence[Band], start: int, end: int) -> bool:
        """Whether the columns begin further down. The first bands, such as a title, may share their white by chance."""
        length = end - start
        later = range(start + 1, min(end, start + 2 + length // 3))
        return any(self._run(bands, other)[0] - other >= 1.3 * length for other in later)

    def _columns(self, bands: Sequence[Band], gutters: Sequence[Gap], depth: int) -> Iterator[Part]:
        first, last = self._core(bands)
        yield from self._rows(bands[:first])
        yield from self._body(bands[first:last], gutters, depth)
        yield from self._rows(bands[last:])

    def _core(self, bands: Sequence[Band]) -> tuple[int, int]:
        """The bands of the columns without the page's head and foot, which are single rows with white around them."""
        first, last = 0, len(bands)
        gaps = [below.y0 - above.y1 for above, below in pairwise(bands)]
        far = max(_APART * self._height, _APART_OF_USUAL * float(np.median(gaps)) if gaps else 0.0)
        if last - first > 2 and self._is_single(bands[0]) and bands[1].y0 - bands[0].y1 > far:
            first = 1
        if last - first > 2 and self._is_single(bands[-1]) and bands[-1].y0 - bands[-2].y1 > far:
            last -= 1
        return first, last

    def _is_single(self, band: Band) -> bool:
        return band.y1 - band.y0 < 1.8 * self._height and all(piece.span is not None for piece in band.pieces)

    def _body(self, bands: Sequence[Band], gutters: Sequence[Gap], depth: int) -> Iterator[Part]:
        strips = self._strips(_pieces(bands), gutters)
        running = len(strips) > 1 and any(is_prose(strip, self._height) for strip in strips)
        tables = [] if running else find_aligned(bands, 2, self._height)
        if tables:
            done = 0
            for start, end, table in tables:
                yield from self.read(_pieces(bands[done:start]), depth + 1)
                yield table
                done = end
            yield from self.read(_pieces(bands[done:]), depth + 1)
            return
        if len(strips) < 2:
            yield from self._rows(bands)
            return
        for strip in strips:
            yield from self.read(strip, depth + 1)

    def _strips(self, pieces: Sequence[Piece], gutters: Sequence[Gap]) -> list[list[Piece]]:
        """The pieces between gutters. A lone line is not a column, and neither are narrow strips side by side."""
        strips: list[list[Piece]] = [[] for _ in range(len(gutters) + 1)]
        for piece in pieces:
            strips[sum(1 for gutter in gutters if gutter[0] < piece.x0)].append(piece)
        filled = [strip for strip in strips if strip]
        joined: list[list[Piece]] = []
        for strip in filled:
            if joined and self._belong_together(joined[-1], strip):
                joined[-1].extend(strip)
            else:
                joined.append(list(strip))
        return joined

    def _belong_together(self, left: Sequence[Piece], right: Sequence[Piece]) -> bool:
        if any(piece.span is None for piece in (*left, *right)):
            return False
        if len(left) == 1 or len(right) == 1 or are_labels(left, right, self._height):
            return True
        slivers = self._is_sliver(left), self._is_sliver(right)
        return all(slivers) or (any(slivers) and _share_rows(left, right, self._height))

    def _is_sliver(self, strip: Sequence[Piece]) -> bool:
        x0, _, x1, _ = extent(strip)
        return x1 - x0 < 5 * self._height and not is_prose(strip, self._height)

    def _rows(self, bands: Sequence[Band]) -> Iterator[Part]:
        """Read bands from top to bottom. Lines that follow each other make a column."""
        if not bands:
            return
        x0, _, x1, _ = extent(_pieces(bands))
        rows: list[tuple[Piece, ...]] = []
        for band in bands:
            for row in rows_of(band.pieces):
                if all(piece.span is not None for piece in row):
                    rows.append(row)
                    continue
                if rows:
                    yield Column(tuple(rows), x0, x1)
                    rows = []
                yield from (Column(((piece,),), x0, x1) if piece.span else piece for piece in row)
        if rows:
            yield Column(tuple(rows), x0, x1)


def _is_worth(bands: Sequence[Band]) -> bool:
    """Whether bands hold more than one row of lines."""
    return len(bands) > 1 or len(rows_of(bands[0].pieces)) > 1 or any(piece.span is None for piece in bands[0].pieces)


def _share_rows(left: Sequence[Piece], right: Sequence[Piece], height: float) -> bool:
    """Whether the lines of the shorter strip stand beside lines of the other, as in a table."""
    few, many = sorted((left, right), key=len)
    middles = np.sort([piece.middle for piece in many])
    own = np.array([piece.middle for piece in few])
    after = np.clip(np.searchsorted(middles, own), 0, len(middles) - 1)
    before = np.maximum(after - 1, 0)
    away = np.minimum(np.abs(middles[after] - own), np.abs(middles[before] - own))
    return len(few) >= 3 and bool((away < 0.3 * height).mean() >= 0.75)


def _pieces(bands: Sequence[Band]) -> list[Piece]:
    return [piece for band in bands for piece in band.pieces]
