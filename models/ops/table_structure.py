"""Decodes a table model's output to a grid. The output is a sequence of HTML tokens, with the corners of each cell.

The tokens are those of SLANet (https://arxiv.org/abs/2210.05391): rows, cells, and cells with spans in several tokens.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.layout.regions import CellPlace, Grid

_WHOLE_CELL = ("<td></td>", "<td>")
_CELL_WITH_SPANS = "<td"
_SPAN = re.compile(r'\s*(row|col)span="(\d{1,2})"\s*')


def decode_grid(
    probabilities: NDArray[np.float32], corners: NDArray[np.float32], tokens: Sequence[str], scale: tuple[float, float]
) -> Grid:
    """Decode one table.

    Args:
        probabilities: float32 (T, classes).
        corners: float32 (T, 8): x, y of the four corners of each step's cell, as fractions of the model's input.
        tokens: name of each class. The last one ends the table.
        scale: the width and height of the model's input, in pixels of the table's picture.
    """
    places = _Places()
    for spans, box in _cells(probabilities.argmax(axis=1).tolist(), corners, tokens, scale):
        if spans is None:
            places.next_row()
        else:
            places.add(spans, box)
    return places.grid()


def _cells(
    classes: Sequence[int], corners: NDArray[np.float32], tokens: Sequence[str], scale: tuple[float, float]
) -> Iterator[tuple[tuple[int, int] | None, tuple[float, float, float, float]]]:
    """The spans (rows, columns) and the box of each cell. The spans are None where a row begins."""
    pending: dict[str, int] | None = None
    box = (0.0, 0.0, 0.0, 0.0)
    for step, index in enumerate(classes):
        name = tokens[index]
        if index == len(tokens) - 1 and step > 0:
            return
        if name == "<tr>":
            yield None, box
        elif name in _WHOLE_CELL:
            yield (1, 1), _rectangle(corners[step], scale)
        elif name == _CELL_WITH_SPANS:
            pending, box = {}, _rectangle(corners[step], scale)
        elif pending is not None and (span := _SPAN.fullmatch(name)):
            pending[span[1]] = int(span[2])
        elif pending is not None and name == ">":
            yield (pending.get("row", 1), pending.get("col", 1)), box
            pending = None


def _rectangle(corners: NDArray[np.float32], scale: tuple[float, float]) -> tuple[float, float, float, float]:
    x, y = corners[0::2] * scale[0], corners[1::2] * scale[1]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


class _Places:
    """Places cells as HTML does: in the first free position of their row."""

    def __init__(self) -> None:
        self._row = -1
        self._taken: set[tuple[int, int]] = set()
        self._cells: list[CellPlace] = []

    def next_row(self) -> None:
        self._row += 1

    def add(self, spans: tuple[int, int], box: tuple[float, float, float, float]) -> None:
        row = self._row = max(self._row, 0)
        column = 0
        while (row, column) in self._taken:
            column += 1
        across = 1
        while across < spans[1] and (row, column + across) not in self._taken:
            across += 1
        down = max(1, spans[0])
        self._taken |= {(row + y, column + x) for y in range(down) for x in range(across)}
        self._cells.append(CellPlace(row, column, down, across, box))

    def grid(self) -> Grid:
        """The finished grid. Spans are cut at the last row."""
        rows = self._row + 1
        cells = tuple(
            CellPlace(cell.row, cell.column, min(cell.row_span, rows - cell.row), cell.column_span, cell.box)
            for cell in self._cells
        )
        return Grid(rows, max((cell.column + cell.column_span for cell in cells), default=0), cells)
