"""Tables (TEDS): how alike the trees of two HTML tables are, with their texts.

Formula: TEDS(A, B) = 1 - D(A, B) / max(|A|, |B|), where D is the tree edit distance. To insert or delete a node
costs 1. To change one costs 1 where tag, rowspan or colspan differ; else, of cells, Levenshtein's distance of their
texts over the length of the longer. A th is a td, and thead, tbody and tfoot are left out, because services differ
in them. Tables of a page are paired so that the sum is largest; the sum is divided by the larger number of tables. A
table with more than 1,500 nodes is not compared: of the truth, it leaves the page out, and of an answer, it is like
no other.

Source: X. Zhong, E. ShafieiBavani, A. Jimeno Yepes, "Image-based table recognition: data, model, and evaluation",
ECCV 2020. Distances of trees by the library apted (M. Pawlik, N. Augsten, 2016), of texts by rapidfuzz.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from apted import APTED, Config
from lxml import html
from rapidfuzz.distance import Levenshtein
from scipy.optimize import linear_sum_assignment

from benchmarks.compare.metrics.base import Metric, Parts, Sums, Values, percent
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage

GROUPS = frozenset({"thead", "tbody", "tfoot"})
CELLS = frozenset({"td", "th"})
KEPT = CELLS | {"tr"}


@dataclass(slots=True)
class Node:
    """One element of a table. ``content`` is the text of a cell, a character or a tag for each item."""

    tag: str
    rowspan: str = "1"
    colspan: str = "1"
    content: list[str] = field(default_factory=list)
    children: "list[Node]" = field(default_factory=list)

    @property
    def size(self) -> int:
        """Nodes of this tree."""
        return 1 + sum(child.size for child in self.children)


class _Costs(Config):  # type: ignore[misc]  # apted ships no types
    def rename(self, one: Node, other: Node) -> float:
        """What it costs to make one node of the other."""
        if (one.tag, one.rowspan, one.colspan) != (other.tag, other.rowspan, other.colspan):
            return 1.0
        return float(Levenshtein.normalized_distance(one.content, other.content)) if one.tag == "td" else 0.0

    def children(self, node: Node) -> list[Node]:
        """What apted walks over."""
        return node.children


MOST_NODES = 1500
"""Comparing two trees takes time with the product of their sizes: for two of this size, half a minute."""


def teds(true: str, read: str) -> float:
    """Similarity of two tables as HTML, 0..1; 0 where the second is no table, or one is too large."""
    one, other = tree(true), tree(read)
    if one is None or other is None:
        return float(one is other)
    if max(one.size, other.size) > MOST_NODES:
        return 0.0
    return alike(one, other)


def alike(one: Node, other: Node) -> float:
    """Similarity of two trees, 0..1."""
    distance = APTED(other, one, _Costs()).compute_edit_distance()
    return float(1.0 - distance / max(one.size, other.size))


def parts(truth: TruthPage, answer: AnswerPage, _: Normalisation) -> Parts | None:
    """Sum of the similarities of paired tables, and the larger number of tables; None without true ones to compare."""
    if not truth.tables or any(_nodes(table) > MOST_NODES for table in truth.tables):
        return None
    if not answer.tables:
        return 0.0, float(len(truth.tables))
    pairs = np.array([[teds(true, read) for read in answer.tables] for true in truth.tables])
    rows, columns = linear_sum_assignment(pairs, maximize=True)
    return float(pairs[rows, columns].sum()), float(max(pairs.shape))


def value(sums: Sums) -> Values:
    """TEDS in percent."""
    return percent(sums[..., 0], sums[..., 1])


def tree(text: str) -> Node | None:
    """The first table of a piece of HTML; None where there is none."""
    if not text.strip():
        return None
    table = next(html.fromstring(f"<div>{text}</div>").iter("table"), None)
    return None if table is None else _node(table)


def _nodes(text: str) -> int:
    table = tree(text)
    return table.size if table else 0


def _node(element: html.HtmlElement) -> Node:
    if element.tag in CELLS:
        content = list(_content(element))
        return Node("td", element.get("rowspan", "1"), element.get("colspan", "1"), content)
    return Node(element.tag, children=[_node(child) for child in _parts(element)])


def _parts(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for child in element:
        if child.tag in GROUPS:
            yield from _parts(child)
        elif child.tag in KEPT:
            yield child


def _content(element: html.HtmlElement) -> Iterator[str]:
    yield from " ".join((element.text or "").split())
    for child in element:
        if isinstance(child.tag, str) and child.tag != "br":
            yield f"<{child.tag}>"
            yield from _content(child)
            yield f"</{child.tag}>"
        yield from " ".join((child.tail or "").split())


METRIC = Metric("teds", "TEDS", __doc__, parts, value, higher_is_better=True, told_by=lambda page: bool(page.tables))
