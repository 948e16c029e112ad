"""What a comparison is made of: documents with their truth, and the answers of providers.

Polygons are corners (x, y) in pixels of the page as it was sent, clockwise from its top left.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Polygon = tuple[tuple[float, float], ...]
Kind = Literal["image", "pdf"]
Outcome = Literal["answered", "refused", "throttled", "timeout", "failed"]


@dataclass(frozen=True, slots=True)
class TruthWord:
    """One word that is on a page; ``polygon`` is None where the truth has no places."""

    text: str
    polygon: Polygon | None = None


@dataclass(frozen=True, slots=True)
class TruthLine:
    """One line that is on a page; ``polygon`` is None where the truth has no places."""

    text: str
    polygon: Polygon | None = None


@dataclass(frozen=True, slots=True)
class TruthPage:
    """What is on one page.

    Attributes:
        width, height: size of the page in pixels.
        text: all of it, one line of the page on each line.
        tables: each as HTML.
        order: whether text and lines stand in reading order.
    """

    width: int
    height: int
    text: str
    lines: tuple[TruthLine, ...] = ()
    words: tuple[TruthWord, ...] = ()
    tables: tuple[str, ...] = ()
    order: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What is on the pages of a document."""

    pages: tuple[TruthPage, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that providers read.

    Attributes:
        id: names it in the report; no two documents of a plan share one.
        sha256: sum of the file in hexadecimal digits.
        category: documents of one category are told of together.
        truth: None where nobody knows what is on it.
    """

    id: str
    path: Path
    sha256: str
    pages: int
    kind: Kind
    category: str
    truth: Truth | None = None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line that a provider read: its score from 0 to 1 and its place, where the provider tells them."""

    text: str
    score: float | None = None
    polygon: Polygon | None = None


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """What a provider read on one page; ``number`` counts from 1, tables are HTML."""

    number: int
    text: str
    lines: tuple[AnswerLine, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one document at one provider, once.

    Attributes:
        provider: its name in the plan.
        document: the document's id.
        repeat: counts from 0.
        started: when it was sent, in UTC, as ISO 8601.
        seconds: from the first byte sent to the answer understood.
        status: HTTP status, where there was one.
        reason: why there is no text, in one sentence; empty where it was answered.
        raw_sha256: names the raw answer in the run folder; empty where none came.
        cold: it was the first to this provider in its run, so it may have waited for models to load.
        cost: in the currency of the price table; None where no price is known.
        bytes_sent: size of the document that left, or 0 where nothing did.
        host: to which it went.
    """

    provider: str
    document: str
    repeat: int
    started: str
    seconds: float
    outcome: Outcome
    status: int | None
    reason: str
    pages: tuple[AnswerPage, ...]
    raw_sha256: str
    cold: bool
    cost: float | None
    bytes_sent: int
    host: str
