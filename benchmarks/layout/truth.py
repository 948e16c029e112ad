"""What is true of a generated document, however it is read."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

TableKind = Literal["ruled", "half-ruled", "borderless"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that stands in the document once.

    Attributes:
        text: all of it, with single spaces and without the hyphens that line ends put into words.
        anchor: its longest part that stands on one line: by this it is found where it was torn apart.
    """

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class RunningHead:
    """A running head, foot, page number or stamp of one page, which is no part of the text.

    Attributes:
        page: 0-based page.
        text: as it is printed.
        allowed: the text stands so many times in the document itself, such as the title that a running head repeats.
    """

    page: int
    text: str
    allowed: int = 0


@dataclass(frozen=True, slots=True)
class TrueTable:
    """A table: how its grid can be seen, and what it says as HTML, with spans."""

    kind: TableKind
    html: str


@dataclass(slots=True)
class Truth:
    """All that is true of one document.

    Attributes:
        sentences: each once.
        heads: what must be left out.
        pairs: anchors of which the first must come before the second.
        headings: text and level; the title of the document has level 1.
        tables: in no order.
    """

    sentences: list[Sentence] = field(default_factory=list)
    heads: list[RunningHead] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    headings: list[tuple[str, int]] = field(default_factory=list)
    tables: list[TrueTable] = field(default_factory=list)

    def in_order(self, *anchors: str) -> None:
        """Note that these follow each other."""
        self.pairs.extend(pairwise(anchors))
