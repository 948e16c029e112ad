"""Random tables and how they are drawn: merged, empty and multi-line cells, with rules or with white between."""

from collections.abc import Sequence

import cv2
import numpy as np

from models.layout.document import Cell, Table
from tests.layout.ink import CHINESE, WORDS, Pen

_PAD = 12
_EMPTY, _LONG = 0.1, 0.15
_INK = (40, 40, 40)

Lines = tuple[str, ...]


def make_table(rng: np.random.Generator, *, ruled: bool, chinese: bool) -> tuple[Table, tuple[Lines, ...]]:
    """A table and the lines of each of its cells."""
    rows, columns = int(rng.integers(4, 9)), int(rng.integers(3, 6))
    spans = _spans(rng, rows, columns) if ruled else _header_span(rng, columns)
    cells = _cells(rows, columns, spans)
    table = Table(rows, columns, tuple(cells), ruled)
    return table, tuple(_text(rng, cell, chinese, ruled) for cell in cells)


def draw_table(
    page: np.ndarray,
    table: Table,
    texts: Sequence[Lines],
    pen: Pen,
    at: tuple[int, int],
    width: int,
    rng: np.random.Generator,
) -> int:
    """Draw a table in place; returns the y of its lower edge."""
    lefts = [at[0] + round(width * edge / table.columns) for edge in range(table.columns + 1)]
    tops = [at[1]]
    leading = round(pen.size * 1.25)
    for row in range(table.rows):
        own = [
            len(lines) for cell, lines in zip(table.cells, texts, strict=True) if (cell.row, cell.row_span) == (row, 1)
        ]
        tallest = max(own, default=1)
        tops.append(tops[-1] + max(1, tallest) * leading + 2 * (_PAD if table.ruled else _PAD - 2))
    thick = int(rng.integers(1, 4))
    for cell, lines in zip(table.cells, texts, strict=True):
        x0, x1 = lefts[cell.column], lefts[cell.column + cell.column_span]
        y0, y1 = tops[cell.row], tops[cell.row + cell.row_span]
        if table.ruled:
            cv2.rectangle(page, (x0, y0), (x1, y1), _INK, thick)
        centred = cell.column_span > 1
        y = y0 + (_PAD if not cell.row_span > 1 else (y1 - y0 - len(lines) * leading) // 2)
        for line in lines:
            numeric = line[:1].isdigit()
            free = x1 - x0 - 2 * _PAD - pen.width(line)
            right = free if table.ruled else free - 2 * pen.size
            x = x0 + _PAD + (free // 2 if centred else right if numeric else 0)
            pen.write(page, line, x, y)
            y += leading
    return tops[-1]


def _spans(rng: np.random.Generator, rows: int, columns: int) -> list[tuple[int, int, int, int]]:
    """Merged areas of a ruled table: one in the header, and one or two anywhere below."""
    spans = _header_span(rng, columns)
    column = int(rng.integers(0, columns))
    spans.append((int(rng.integers(1, rows - 1)), column, 2, 1))
    if rng.random() < 0.5:
        start = int(rng.integers(0, columns - 1))
        spans.append((rows - 1, start, 1, 2))
    return spans


def _header_span(rng: np.random.Generator, columns: int) -> list[tuple[int, int, int, int]]:
    if rng.random() < 0.4:
        return []
    return [(0, int(rng.integers(1, columns - 1)), 1, 2)]


def _cells(rows: int, columns: int, spans: Sequence[tuple[int, int, int, int]]) -> list[Cell]:
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, column, down, across in spans:
        area = {(row + y, column + x) for y in range(down) for x in range(across)}
        if area & taken:
            continue
        taken |= area
        cells.append(Cell(row, column, down, across, ()))
    cells += [Cell(row, col, 1, 1, ()) for row in range(rows) for col in range(columns) if (row, col) not in taken]
    return sorted(cells, key=lambda cell: (cell.row, cell.column))


def _text(rng: np.random.Generator, cell: Cell, chinese: bool, ruled: bool) -> Lines:
    header = cell.row == 0
    if not header and cell.column > 0 and cell.column_span == 1 and rng.random() < _EMPTY:
        return ()
    if not header and cell.column > 0 and cell.column % 2 == 0:
        return (f"{int(rng.integers(1, 999))}.{int(rng.integers(10, 99))}",)
    lines = 1
    if not header and rng.random() < _LONG and (ruled or cell.column == 1):
        lines = int(rng.integers(2, 4))
    return tuple(_line(rng, chinese) for _ in range(lines))


def _line(rng: np.random.Generator, chinese: bool) -> str:
    if chinese:
        return "".join(rng.choice(list(CHINESE), int(rng.integers(3, 6))))
    return str(rng.choice(WORDS)) + (" " + str(int(rng.integers(10, 99))) if rng.random() < 0.4 else "")
