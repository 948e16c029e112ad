"""The tables and figures of a page, in the frame, with the lines that they hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.layout.aligned import AlignedTable
from models.layout.document import Cell, Table
from models.layout.frame import Span
from models.layout.grid import RuledGrid


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
    cells = [
        Cell(row, column, 1, across, tuple(piece.span.index for piece in pieces if piece.span is not None))
        for row, column, across, pieces in found.cells
    ]
    taken = {(cell.row, cell.column + step) for cell in cells for step in range(cell.column_span)}
    empty = [
        Cell(row, column, 1, 1, ())
        for row in range(found.rows)
        for column in range(found.columns)
        if (row, column) not in taken
    ]
    ordered = sorted([*cells, *empty], key=lambda cell: (cell.row, cell.column))
    return Table(found.rows, found.columns, tuple(ordered), ruled=False)


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


def _lines(cells: Iterable[Cell]) -> tuple[int, ...]:
    return tuple(line for cell in cells for line in cell.lines)
