"""How alike two tables are: the tree edit distance of their HTML (TEDS), and the relations of neighbouring cells.

TEDS is that of Zhong, ShafieiBavani and Jimeno Yepes (2020): a table is a tree of rows and cells; a cell that has
other spans costs 1, else as much as its text is different; the distance is divided by the size of the larger tree.
Header and body are one here, because not every system tells them apart. The relations are those of Göbel, Hassan, Oro
and Orsi (2012): two cells with text that are neighbours, empty ones between them left out, in a direction.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from apted import APTED, Config

from benchmarks.layout.html_table import HtmlCell, places, read_table
from benchmarks.layout.markdown import compact
from benchmarks.layout.nearest import edit_share


@dataclass(slots=True)
class _Node:
    name: str
    text: str = ""
    spans: tuple[int, int] = (1, 1)
    children: list["_Node"] = field(default_factory=list)


class _Costs(Config):  # type: ignore[misc]
    valuecls = float

    def rename(self, node1: _Node, node2: _Node) -> float:
        if node1.name != node2.name or node1.spans != node2.spans:
            return 1.0
        return edit_share(node1.text, node2.text)


def teds(first: str, second: str) -> float:
    """1 for equal tables, 0 for nothing in common. Both are HTML."""
    left, right = read_table(first), read_table(second)
    size = max(_size(left), _size(right))
    distance = APTED(_tree(left), _tree(right), _Costs()).compute_edit_distance()
    return max(0.0, 1.0 - float(distance) / size)


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


def _tree(rows: Sequence[Sequence[HtmlCell]]) -> _Node:
    return _Node(
        "table",
        children=[
            _Node("tr", children=[_Node("td", compact(cell.text), (cell.down, cell.across)) for cell in row])
            for row in rows
        ],
    )


def _size(rows: Sequence[Sequence[HtmlCell]]) -> int:
    return 1 + len(rows) + sum(len(row) for row in rows)
