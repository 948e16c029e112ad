"""Tells how well the cells of a table fit the words in it, to choose between two readings of one table."""

from collections.abc import Sequence
from itertools import pairwise

from models.layout.document import Table
from models.layout.frame import Span
from models.layout.pieces import Piece, piece_of, rows_of

_APART = 0.9
"""Words of a row that are further apart than this, in heights of a line, stand in different cells."""


def fit_of(table: Table, spans: Sequence[Span]) -> float:
    """The share of neighbours side by side that stand in one row and in different cells, 0..1.

    Words that the table does not hold count as wrong. Nothing tells about a table in which no words stand side by side:
    it has 0.

    Args:
        table: a reading of the table.
        spans: the lines in its place.
    """
    cells = {line: number for number, cell in enumerate(table.cells) for line in cell.lines}
    right = of = 0
    for row in rows_of([piece_of(span) for span in spans]):
        for left, other in pairwise(row):
            if other.x0 - left.x1 > _APART * min(left.y1 - left.y0, other.y1 - other.y0):
                of += 1
                right += _are_neighbours(table, cells, left, other)
    return right / of if of else 0.0


def _are_neighbours(table: Table, cells: dict[int, int], left: Piece, right: Piece) -> bool:
    numbers = [cells.get(piece.span.index) for piece in (left, right) if piece.span is not None]
    if len(numbers) < 2 or numbers[0] is None or numbers[1] is None or numbers[0] == numbers[1]:
        return False
    one, two = table.cells[numbers[0]], table.cells[numbers[1]]
    beside = one.column + one.column_span <= two.column
    return beside and one.row < two.row + two.row_span and two.row < one.row + one.row_span
