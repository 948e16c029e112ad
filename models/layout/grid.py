"""Finds ruled tables: the pixels of rules become grids, and a missing rule merges the cells beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from models.layout.frame import Span
from models.layout.rules import Mask, Rule, Rules

_TOUCH = 0.3
"""Rules that are nearer to each other than this share of a line's height touch."""
_SAME_EDGE = 0.45
"""Parallel rules that are nearer than this share of a line's height are one: a double rule, or two pieces of a rule."""
_COVERED = 0.5
"""A side of a cell is drawn if rules cover at least this share of it."""
_OPEN_SIDE = 1.5
"""A side of a table is open if its horizontal rules pass the last vertical rule by so many heights of a line."""
_LARGEST = 4000
"""A grid of more positions is a pattern, not a table."""

Grid = NDArray[np.int32]
"""int32 (rows, columns): the number of the cell that covers each position."""


@dataclass(frozen=True, slots=True)
class RuledGrid:
    """A table as it is drawn, in the frame.

    Attributes:
        rows: y of the rows' edges: one more than the number of rows.
        columns: x of the columns' edges.
        cells: first row, first column, number of rows, number of columns. Each position is in exactly one cell.
    """

    rows: tuple[float, ...]
    columns: tuple[float, ...]
    cells: tuple[tuple[int, int, int, int], ...]

    def cell_at(self, x: float, y: float) -> int | None:
        """The index of the cell that holds a point; None outside the table."""
        row = int(np.searchsorted(self.rows, y, side="right")) - 1
        column = int(np.searchsorted(self.columns, x, side="right")) - 1
        if not (0 <= row < len(self.rows) - 1 and 0 <= column < len(self.columns) - 1):
            return None
        for number, (top, left, down, across) in enumerate(self.cells):
            if top <= row < top + down and left <= column < left + across:
                return number
        return None


def find_grids(rules: Rules, line_height: float) -> list[RuledGrid]:
    """Find every ruled table with at least two rows or three columns."""
    if not (rules.across.any() and rules.down.any()):
        return []
    reach = max(3, round(_TOUCH * line_height)) | 1
    touching = cv2.dilate(cv2.bitwise_or(rules.across, rules.down), np.ones((reach, reach), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(touching, connectivity=8)
    grids = []
    for label, (x, y, width, height, _) in enumerate(stats[1:].tolist(), start=1):
        if min(width, height) < line_height or max(width, height) < 2 * line_height:
            continue
        part = (slice(y, y + height), slice(x, x + width))
        here = labels[part] == label
        mine = Rules(_only(rules.across[part], here), _only(rules.down[part], here))
        grid = _grid(mine, line_height, (x, y))
        if grid is not None:
            grids.append(grid)
    return grids


def spans_in(grid: RuledGrid, spans: Sequence[Span]) -> list[tuple[Span, int]]:
    """The lines inside a table, each with the index of its cell."""
    found = ((span, grid.cell_at(span.centre, span.middle)) for span in spans)
    return [(span, cell) for span, cell in found if cell is not None]


def _only(mask: Mask, here: NDArray[np.bool_]) -> Mask:
    return np.where(here, mask, np.uint8(0)).astype(np.uint8, copy=False)


def _grid(rules: Rules, line_height: float, offset: tuple[int, int]) -> RuledGrid | None:
    across = [rule for rule in rules.horizontal if rule.end - rule.start >= line_height]
    down = [rule for rule in rules.vertical if rule.end - rule.start >= line_height]
    same = max(4.0, _SAME_EDGE * line_height)
    rows, columns = _edges(across, same), _edges(down, same)
    rows = _with_open_sides(rows, down, line_height)
    columns = _with_open_sides(columns, across, line_height)
    if len(rows) < 2 or len(columns) < 2 or not 2 <= (len(rows) - 1) * (len(columns) - 1) <= _LARGEST:
        return None
    reach = max(2, round(same / 2))
    below = _drawn(rules.across, rows[1:-1], columns, reach)
    beside = _drawn(np.ascontiguousarray(rules.down.T), columns[1:-1], rows, reach).T
    rows, below, beside = _drop_unused(rows, below, beside)
    columns, beside_by_column, below_by_column = _drop_unused(columns, beside.T, below.T)
    cells = _rectangles(_merge(below_by_column.T, beside_by_column.T))
    if len(columns) < 3 or (len(rows) < 3 and len(columns) < 4) or len(cells) < 3:
        return None
    x, y = offset
    return RuledGrid(tuple(edge + y for edge in rows), tuple(edge + x for edge in columns), tuple(cells))


def _edges(rules: Sequence[Rule], same: float) -> list[float]:
    """The positions of parallel rules. Near neighbours become one, at their mean weighted by length."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if groups and rule.at - groups[-1][-1].at <= same:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return [
        sum(rule.at * (rule.end - rule.start) for rule in group) / sum(rule.end - rule.start for rule in group)
        for group in groups
    ]


def _with_open_sides(edges: list[float], crossing: Sequence[Rule], line_height: float) -> list[float]:
    """Add an edge on each side where most crossing rules pass the outermost edge."""
    if len(crossing) < 2:
        return edges
    low = float(np.median([rule.start for rule in crossing]))
    high = float(np.median([rule.end for rule in crossing]))
    far = _OPEN_SIDE * line_height
    if not edges:
        return edges
    first = [low] if edges[0] - low > far else []
    return [*first, *edges, *([high] if high - edges[-1] > far else [])]


def _drawn(mask: Mask, inner: Sequence[float], crossing: Sequence[float], reach: int) -> NDArray[np.bool_]:
    """Find the pieces of the inner edges that are drawn.

    Args:
        mask: horizontal rules.
        inner: y of the edges to look at.
        crossing: x of the edges that cut them into pieces.
        reach: greatest distance of a rule from its edge, in pixels.

    Returns:
        bool (len(inner), len(crossing) - 1): true for each piece that is drawn.
    """
    drawn = np.zeros((len(inner), len(crossing) - 1), np.bool_)
    for number, y in enumerate(inner):
        top, bottom = max(0, round(y) - reach), round(y) + reach + 1
        covered = np.asarray(mask[top:bottom].any(axis=0))
        for piece, (start, end) in enumerate(pairwise(crossing)):
            inside = covered[round(start) + 1 : max(round(end) - 1, round(start) + 2)]
            drawn[number, piece] = inside.size > 0 and inside.mean() >= _COVERED
    return drawn


def _drop_unused(
    edges: list[float], along: NDArray[np.bool_], other: NDArray[np.bool_]
) -> tuple[list[float], NDArray[np.bool_], NDArray[np.bool_]]:
    """Drop the inner edges that are not a side of any cell. The two rows beside such an edge become one.

    Args:
        edges: of the rows.
        along: bool (rows - 1, columns): the sides below.
        other: bool (rows, columns - 1): the sides beside. Two rows that become one keep those of the upper row.
    """
    used = np.asarray(along.any(axis=1))
    kept = [edges[0], *(edge for edge, use in zip(edges[1:-1], used, strict=True) if use), edges[-1]]
    first = np.concatenate([[True], used])
    return kept, along[used], other[first]


def _merge(below: NDArray[np.bool_], beside: NDArray[np.bool_]) -> Grid:
    """Number the positions. Neighbours without a rule between them get the same number."""
    rows, columns = below.shape[0] + 1, below.shape[1]
    # Every position becomes a pixel, and a missing rule the pixel between two positions. Connected pixels are one cell.
    map_ = np.zeros((2 * rows - 1, 2 * columns - 1), np.uint8)
    map_[::2, ::2] = 1
    map_[1::2, ::2] = ~below
    map_[::2, 1::2] = ~beside
    _, labels = cv2.connectedComponents(map_, connectivity=4)
    return np.asarray(labels[::2, ::2], np.int32)


def _rectangles(grid: Grid) -> list[tuple[int, int, int, int]]:
    """The cells as rectangles, by row and column. A cell of another shape is split into its positions."""
    cells = []
    for label in np.unique(grid).tolist():
        rows, columns = np.nonzero(grid == label)
        top, left = int(rows.min()), int(columns.min())
        down, across = int(rows.max()) - top + 1, int(columns.max()) - left + 1
        if down * across == rows.size:
            cells.append((top, left, down, across))
        else:
            cells.extend((row, column, 1, 1) for row, column in zip(rows.tolist(), columns.tolist(), strict=True))
    return sorted(cells)
