"""How alike two tables are: the tree edit distance of their HTML (TEDS), and the relations of neighbouring cells.

TEDS is that of `benchmarks.compare.metrics.tables`, for tables without white space in their cells and without the dots
that lead to the next one. The relations are those of Göbel, Hassan, Oro and Orsi (2012): two cells with text that are
neighbours, empty ones between them left out, in a direction.
"""

from collections import Counter
from collections.abc import Sequence

from benchmarks.compare.metrics.tables import Node, alike
from benchmarks.layout.html_table import HtmlCell, places, read_table
from benchmarks.layout.markdown import compact


def teds(first: str, second: str) -> float:
    """1 for equal tables, 0 for nothing in common. Both are HTML."""
    return alike(_tree(read_table(first)), _tree(read_table(second)))


def relations(html: str) -> Counter[tuple[str, str, str]]:
    """Each pair of neighbouring cells with text, and whether the second one is to the right or below."""
    placed = [(row, column, cell) for row, column, cell in places(read_table(html)) if cell.text]
    found: Counter[tuple[str, str, str]] = Counter()
    for row, column, cell in placed:
        right = [p for p in placed if p[1] >= column + cell.across]
        below = [p for p in placed if p[0] >= row + cell.down]
        # A cell over several rows has a neighbour in each of them; one neighbour over several counts once.
        beside = {
            _nearest([p for p in right if p[0] <= at < p[0] + p[2].down], 1) for at in range(row, row + cell.down)
        }
        under = {
            _nearest([p for p in below if p[1] <= at < p[1] + p[2].across], 0)
            for at in range(column, column + cell.across)
        }
        for name, neighbours in (("right", beside), ("below", under)):
            found.update((compact(cell.text), compact(other), name) for other in neighbours if other)
    return found


def relation_score(true: str, read: str) -> float:
    """F1 of the relations of a read table."""
    wanted, found = relations(true), relations(read)
    hits = (wanted & found).total()
    return 2 * hits / max(1, wanted.total() + found.total())


def _nearest(others: Sequence[tuple[int, int, HtmlCell]], axis: int) -> str:
    return min(others, key=lambda other: other[axis])[2].text if others else ""


def _tree(rows: Sequence[Sequence[HtmlCell]]) -> Node:
    return Node("table", children=[Node("tr", children=[_cell(cell) for cell in row]) for row in rows])


def _cell(cell: HtmlCell) -> Node:
    return Node("td", str(cell.down), str(cell.across), list(compact(cell.text)))
