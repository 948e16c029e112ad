"""The tables and figures of a page, in the frame, with the lines that they hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.layout.aligned import AlignedTable
from models.layout.document import Cell, Table
from models.layout.frame import Span
from models.layout.grid import RuledGrid
from models.layout.half_ruled import WordTable
from models.layout.pieces import Piece


@dataclass(frozen=True, slots=True)
class PageObject:
    """A table or a figure.

    Attributes:
        box: x0, y0, x1, y1 in the frame.
        lines: indices of the lines inside, in reading order.
        table: the grid; None for a figure.
    """

    box: tuple[float, float, float, float]
    lines: tuple[int, ...]
    table: Table | None = None


def table_of(grid: RuledGrid, inside: Sequence[tuple[Span, int]]) -> PageObject:
    """A ruled table. Each line comes with the index of its cell."""
    held: list[list[Span]] = [[] for _ in grid.cells]
    for span, cell in inside:
        held[cell].append(span)
    cells = [
        Cell(row, column, down, across, tuple(span.index for span in by_rows(spans)))
        for (row, column, down, across), spans in zip(grid.cells, held, strict=True)
    ]
    table = Table(len(grid.rows) - 1, len(grid.columns) - 1, tuple(cells), ruled=True)
    box = (grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1])
    return PageObject(box, _lines(cells), table)


def figure_of(box: tuple[float, float, float, float], inside: Sequence[Span]) -> PageObject:
    """A figure with the lines that stand in it."""
    return PageObject(box, tuple(span.index for span in by_rows(inside)))


def aligned_table(found: AlignedTable) -> Table:
    """A table without rules. Its empty positions get empty cells."""
    cells = [Cell(row, column, 1, across, _indices(pieces)) for row, column, across, pieces in found.cells]
    return Table(found.rows, found.columns, with_empty_cells(cells, found.rows, found.columns), ruled=False)


def word_table(found: WordTable, box: tuple[float, float, float, float]) -> PageObject:
    """A partly ruled table. Its empty positions get empty cells."""
    cells = [Cell(cell.row, cell.column, cell.down, cell.across, _indices(cell.pieces)) for cell in found.cells]
    table = Table(found.rows, found.columns, with_empty_cells(cells, found.rows, found.columns), ruled=False)
    return PageObject(box, _lines(table.cells), table)


def with_empty_cells(cells: Sequence[Cell], rows: int, columns: int) -> tuple[Cell, ...]:
    """The cells by row and column, with an empty one added at every position that no cell covers."""
    taken = {
        (cell.row + down, cell.column + across)
        for cell in cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    }
    every = ((row, column) for row in range(rows) for column in range(columns))
    empty = [Cell(row, column, 1, 1, ()) for row, column in every if (row, column) not in taken]
    return tuple(sorted([*cells, *empty], key=lambda cell: (cell.row, cell.column)))


def table_lines(table: Table) -> tuple[int, ...]:
    """The lines of a table, cell by cell."""
    return _lines(table.cells)


def by_rows(spans: Sequence[Span]) -> list[Span]:
    """Sort lines from top to bottom, and the lines of one row from left to right."""
    rows: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: (span.middle, span.x0)):
        if rows and span.middle - rows[-1][0].middle < min(span.size, rows[-1][0].size) / 2:
            rows[-1].append(span)
        else:
            rows.append([span])
    return [span for row in rows for span in sorted(row, key=lambda span: span.x0)]


def _indices(pieces: Iterable[Piece]) -> tuple[int, ...]:
    return tuple(piece.span.index for piece in pieces if piece.span is not None)


def _lines(cells: Iterable[Cell]) -> tuple[int, ...]:
    return tuple(line for cell in cells for line in cell.lines)
