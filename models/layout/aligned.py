"""Tables without rules: rows of short lines that stand in the same columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.layout.pieces import Band, Piece, extent, rows_of
from models.layout.table_columns import find_columns, place_band
from models.layout.table_rows import group_rows

_FEWEST_ROWS = 3
_WIDEST_CELL = 13.0
"""In a row of a table, the lower median of the lines' widths is at most this, in heights of a line."""
_WIDEST_LINE = 28.0
"""A wider line, in heights of a line, is running text."""
_ROW_GAP = 2.6
"""Rows that are further apart, in heights of a line, belong to different tables."""
_PROSE_WIDTH = 8.5
_PROSE_FILL = 0.82
_PROSE_SHARE = 0.5
_ALIGNED = 0.6
_OCCUPIED = 0.45
_MOSTLY = 0.5
"""At least this share of a column of amounts are some."""
_AMOUNT = re.compile(r"[(+\-–−]?\s?[$€£¥]?\s?\d{1,3}(?:[.,'’ ]\d{2,3})+\s?[%)]{0,2}|[(+\-–−]?\d+(?:[.,]\d+)?\s?%\)?")
_MARKER = re.compile(r"^(?:[•·▪◦●○■□*\-–—>+]|\(?[0-9a-zA-Zivx]{1,3}[.)、]|[一二三四五六七八九十]{1,2}[、.]|[①-⑳])$")


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """A table found by alignment.

    Attributes:
        rows: number of rows.
        columns: number of columns.
        cells: row, column, number of columns covered, and the pieces inside. Empty cells are left out.
    """

    rows: int
    columns: int
    cells: tuple[tuple[int, int, int, tuple[Piece, ...]], ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces of all cells."""
        return tuple(piece for *_, pieces in self.cells for piece in pieces)


def find_aligned(bands: Sequence[Band], fewest_columns: int, height: float) -> list[tuple[int, int, AlignedTable]]:
    """Find tables in bands that follow each other.

    Args:
        bands: from top to bottom.
        fewest_columns: a table has at least so many.
        height: median height of a line.

    Returns:
        For each table: its first band, the band after its last, and the table itself.
    """
    found, start = [], 0
    while start < len(bands):
        end = _run(bands, start, height)
        table = _table(bands[start:end], fewest_columns, height) if end - start >= _FEWEST_ROWS else None
        if table is not None:
            found.append((start, end, table))
        start = max(end, start + 1)
    return found


def is_prose(pieces: Sequence[Piece], height: float) -> bool:
    """Whether lines below each other fill a column: wide, and half of them of one length."""
    if len(pieces) < 3:
        return False
    widths = np.array([piece.width for piece in pieces])
    full = (widths >= _PROSE_FILL * widths.max()).mean()
    return bool(widths.max() >= _PROSE_WIDTH * height and full >= _PROSE_SHARE)


def _run(bands: Sequence[Band], start: int, height: float) -> int:
    """The end of the rows that begin at ``start``. Rows have several cells; lone lines may stand between them."""
    if not _is_row(bands[start], height):
        return start
    end = start + 1
    for position in range(start + 1, len(bands)):
        if bands[position].y0 - bands[position - 1].y1 > _ROW_GAP * height:
            break
        if _is_row(bands[position], height):
            end = position + 1
        elif not _is_rest(bands[position], bands[start:end], height):
            break
    # Lone lines that follow the last full row closely belong to its cells.
    last = bands[end - 1]
    while end < len(bands) and _is_rest(bands[end], bands[start:end], height):
        if bands[end].y0 - bands[end - 1].y1 > 0.5 * height or not _wraps(bands[end], last):
            break
        end += 1
    return end


def _is_row(band: Band, height: float) -> bool:
    if len(band.pieces) < 2 or any(piece.span is None for piece in band.pieces):
        return False
    widths = sorted(piece.width for piece in band.pieces)
    return widths[(len(widths) - 1) // 2] <= _WIDEST_CELL * height and widths[-1] <= _WIDEST_LINE * height


def _is_rest(band: Band, rows: Sequence[Band], height: float) -> bool:
    """Whether a lone line may continue a cell: it stays inside one column of the rows above."""
    if len(band.pieces) != 1 or band.pieces[0].span is None:
        return False
    piece = band.pieces[0]
    fullest = max(rows, key=lambda row: len(row.pieces))
    met = sum(1 for other in fullest.pieces if piece.x0 < other.x1 and other.x0 < piece.x1)
    return met <= 1 and piece.width <= 2 * _WIDEST_CELL * height


def _wraps(band: Band, above: Band) -> bool:
    piece = band.pieces[0]
    left = above.pieces[0]
    return any(piece.x0 < other.x1 and other.x0 < piece.x1 and other is not left for other in above.pieces)


def _table(bands: Sequence[Band], fewest_columns: int, height: float) -> AlignedTable | None:
    # A heading over two columns would hide the white between them.
    columns = find_columns(bands[1:] if len(bands) > _FEWEST_ROWS else bands, height)
    if len(columns) < fewest_columns:
        return None
    placed = [place_band(band, columns) for band in bands]
    inside = [
        [piece for row in placed if (piece := _joined([each for first, last, each in row if first == last == number]))]
        for number in range(len(columns))
    ]
    if not _tabular(inside, len(bands), height):
        return None
    rows = group_rows([band.middle for band in bands], placed, len(columns))
    if len(rows) < _FEWEST_ROWS:
        return None
    cells = [cell for number, row in enumerate(rows) for cell in _cells(number, [placed[k] for k in row])]
    return AlignedTable(len(rows), len(columns), tuple(cells))


def _joined(pieces: Sequence[Piece]) -> Piece | None:
    """The pieces of a row in one column as one piece: a cell's line may have been found in several parts."""
    if len(pieces) < 2:
        return pieces[0] if pieces else None
    return Piece(*extent(pieces), pieces[0].span)


def _tabular(columns: Sequence[Sequence[Piece]], rows: int, height: float) -> bool:
    """Whether columns look like those of a table: they are filled and aligned, and none is running text or markers."""
    # Long labels fill a column as running text does. What stands beside running text is no column of amounts.
    amounts = len(columns) > 2 and any(_are_amounts(column) for column in columns[1:])
    if not amounts and any(is_prose(column, height) for column in columns):
        return False
    if len(columns) == 2 and all(piece.span and _MARKER.match(piece.span.text) for piece in columns[0]):
        return False
    if sum(len(column) for column in columns) < _OCCUPIED * rows * len(columns):
        return False
    aligned = sum(1 for column in columns if _is_aligned(column, height))
    return 2 * aligned > len(columns)


def _are_amounts(column: Sequence[Piece]) -> bool:
    """Whether a column holds amounts. Whole numbers are not enough: lines of running text may be numbered."""
    texts = [piece.span.text for piece in column if piece.span]
    amounts = sum(1 for text in texts if _AMOUNT.fullmatch(text))
    return amounts >= _FEWEST_ROWS and amounts >= _MOSTLY * len(texts)


def _is_aligned(column: Sequence[Piece], height: float) -> bool:
    if len(column) < 2:
        return False
    sides = (
        [piece.x0 for piece in column],
        [piece.x1 for piece in column],
        [(piece.x0 + piece.x1) / 2 for piece in column],
    )
    return any(_near(side, height) >= _ALIGNED * len(column) for side in sides)


def _near(values: Sequence[float], height: float) -> int:
    """The size of the largest group of values within 0.6 of a line's height."""
    ordered = sorted(values)
    best, low = 0, 0
    for high, value in enumerate(ordered):
        while value - ordered[low] > 0.6 * height:
            low += 1
        best = max(best, high - low + 1)
    return best


def _cells(
    row: int, bands: Sequence[Sequence[tuple[int, int, Piece]]]
) -> list[tuple[int, int, int, tuple[Piece, ...]]]:
    """The cells of one row; lines whose columns overlap share a cell."""
    ranges: list[list[int]] = []
    for first, last in sorted({(first, last) for band in bands for first, last, _ in band}):
        if ranges and first <= ranges[-1][1]:
            ranges[-1][1] = max(ranges[-1][1], last)
        else:
            ranges.append([first, last])
    cells = []
    for first, last in ranges:
        inside = [piece for band in bands for begin, _, piece in band if first <= begin <= last]
        cells.append((row, first, last - first + 1, tuple(piece for line in rows_of(inside) for piece in line)))
    return cells
