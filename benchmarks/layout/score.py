"""Compares what a system read with what is true: sentences, running heads, order, headings, tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from benchmarks.layout.document import Document
from benchmarks.layout.markdown import Reading, compact, read_markdown
from benchmarks.layout.nearest import find
from benchmarks.layout.teds import relation_score, teds
from benchmarks.layout.truth import RunningHead, TableKind

RECOGNISED = 0.12
"""So many letters of a text may be misread where a recogniser was at work."""
_HARDLY_READ = 0.5
"""Of a document of which fewer sentences are there at all, nothing counts as left out."""


@dataclass(slots=True)
class Score:
    """Right ones of all, over some documents; for tables sums of shares.

    Attributes:
        sentences: found whole, in one piece.
        heads: running heads, feet, page numbers and stamps that are absent.
        order: pairs that come in the true order.
        headings: headings found with the true level.
        teds, relations: by kind of table.
    """

    sentences: list[float] = field(default_factory=lambda: [0, 0])
    heads: list[float] = field(default_factory=lambda: [0, 0])
    order: list[float] = field(default_factory=lambda: [0, 0])
    headings: list[float] = field(default_factory=lambda: [0, 0])
    teds: dict[TableKind, list[float]] = field(default_factory=dict)
    relations: dict[TableKind, list[float]] = field(default_factory=dict)

    def add(self, other: "Score") -> None:
        """Take another score into this one."""
        for each in fields(self):
            mine, its = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, list):
                mine[0], mine[1] = mine[0] + its[0], mine[1] + its[1]
            else:
                for kind, (right, of) in its.items():
                    total = mine.setdefault(kind, [0.0, 0.0])
                    total[0], total[1] = total[0] + right, total[1] + of


def score(document: Document, markdown: str, tolerance: float = 0.0) -> Score:
    """Judge one document.

    Args:
        document: the document.
        markdown: what a system made of it, all pages.
        tolerance: this share of the letters of a text may be misread.
    """
    read, truth = read_markdown(markdown), document.truth
    result = Score()
    ends = {anchor: find(compact(anchor), read.whole, tolerance) for anchor in _anchors(document)}
    for sentence in truth.sentences:
        wanted = compact(sentence.text)
        _count(result.sentences, any(find(wanted, piece, tolerance) is not None for piece in read.pieces))
    there = sum(ends[sentence.anchor] is not None for sentence in truth.sentences)
    is_read = there >= _HARDLY_READ * len(truth.sentences)
    headings = [compact(text) for text, _ in truth.headings]
    for head in truth.heads:
        _count(result.heads, is_read and _is_absent(head, read, headings))
    for first, second in truth.pairs:
        before, after = ends[first], ends[second]
        _count(result.order, before is not None and after is not None and before < after)
    for text, level in truth.headings:
        wanted = compact(text)
        _count(
            result.headings,
            any(
                its == level and find(wanted, found, tolerance) is not None and len(found) <= 1.2 * len(wanted) + 2
                for found, its in read.headings
            ),
        )
    _tables(document, read, result)
    return result


def _anchors(document: Document) -> set[str]:
    truth = document.truth
    return {anchor for pair in truth.pairs for anchor in pair} | {sentence.anchor for sentence in truth.sentences}


def _is_absent(head: RunningHead, read: Reading, headings: Sequence[str]) -> bool:
    """Whether a running head is neither a line of its own, nor at either end of a line.

    Short ones, such as page numbers, may stand inside the text. The number of a true heading is none of them.
    """
    text = compact(head.text)
    if len(text) > 6:
        return read.whole.count(text) <= head.allowed
    return not any(_begins_or_ends(_after_heading(line, headings), text) for line in read.lines)


def _after_heading(line: str, headings: Sequence[str]) -> str:
    """A line without the longest true heading that it begins with."""
    return line.removeprefix(max((heading for heading in headings if line.startswith(heading)), key=len, default=""))


def _begins_or_ends(line: str, text: str) -> bool:
    if line == text:
        return True
    before, after = line.removesuffix(text), line.removeprefix(text)
    # A number within the text is a part of a word, an amount, a reference or a range.
    ends = before != line and not re.search(r"(?:[\w(,$/-]|\d\.)$", before)
    return ends or (after != line and after[:1].isalpha())


def _tables(document: Document, read: Reading, result: Score) -> None:
    """Each true table takes the read one that is most like it, the best pair first."""
    true = document.truth.tables
    pairs = sorted(
        (
            (teds(table.html, html), number, at)
            for number, table in enumerate(true)
            for at, html in enumerate(read.tables)
        ),
        reverse=True,
    )
    taken: dict[int, tuple[float, int]] = {}
    used: set[int] = set()
    for alike, number, at in pairs:
        if number not in taken and at not in used:
            taken[number] = alike, at
            used.add(at)
    for number, table in enumerate(true):
        alike, at = taken.get(number, (0.0, -1))
        related = relation_score(table.html, read.tables[at]) if at >= 0 else 0.0
        for counts, value in ((result.teds, alike), (result.relations, related)):
            total = counts.setdefault(table.kind, [0.0, 0.0])
            total[0], total[1] = total[0] + value, total[1] + 1


def _count(counts: list[float], right: bool) -> None:
    counts[0] += right
    counts[1] += 1


def shares(score: Score) -> dict[str, float | None]:
    """Each figure in percent, TEDS and relations from 0 to 1; None where there is nothing to find."""
    figures: dict[str, float | None] = {
        name: round(100 * counts[0] / counts[1], 1) if counts[1] else None
        for name in ("sentences", "heads", "order", "headings")
        for counts in [getattr(score, name)]
    }
    for name in ("teds", "relations"):
        for kind, (total, of) in sorted(getattr(score, name).items()):
            figures[f"{name} {kind}"] = round(total / of, 3)
    return figures


def summed(scores: Sequence[Score]) -> Score:
    """All of them as one."""
    total = Score()
    for each in scores:
        total.add(each)
    return total
