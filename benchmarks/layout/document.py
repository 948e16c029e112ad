"""A generated document: its pages, what is true of it, and how its pages look when they are scanned."""

from dataclasses import dataclass, field

import numpy as np

from benchmarks.layout.sheet import Sheet
from benchmarks.layout.truth import RunningHead, Truth


@dataclass(frozen=True, slots=True)
class Manner:
    """How pages become pictures, and how the detector sees their lines.

    Attributes:
        degrees: how far the page leans.
        noise: grain of the scan in grey levels; 0 for a clean picture.
        merge: lines side by side become one box where the white between them is less than this share of their size.
        merged_share: how many of these do.
    """

    degrees: float = 0.0
    noise: float = 0.0
    merge: float = 0.8
    merged_share: float = 0.8


@dataclass(slots=True)
class Document:
    """One document.

    Attributes:
        name: kind, number and what is special about it.
        kind: the category of the figures.
        seed: all its chance comes from this.
        manner: how its pictures are made.
        pages: its pages.
        truth: what is true of it.
    """

    name: str
    kind: str
    seed: int
    manner: Manner = field(default_factory=Manner)
    pages: list[Sheet] = field(default_factory=list)
    truth: Truth = field(default_factory=Truth)

    def page(self, width: float = 595.0, height: float = 842.0) -> Sheet:
        """Begin a page."""
        self.pages.append(Sheet(width, height))
        return self.pages[-1]

    def head(self, sheet: Sheet, text: str, x: float, y: float, *, align: str = "left", **style: object) -> None:
        """Print something on a page that is no part of its text."""
        sheet.write(text, x, y, align=align, **style)  # type: ignore[arg-type]
        self.truth.heads.append(RunningHead(self.pages.index(sheet), text))


def manner_of(number: int) -> Manner:
    """The manner of the so-manieth document of a kind: every other one is scanned, and no two are alike."""
    rng = np.random.default_rng(90_000 + number)
    if number % 2 == 0:
        return Manner(merge=float(rng.choice([0.6, 0.8, 1.0])))
    degrees = float(rng.choice([-1.5, -0.7, 0.5, 1.2]))
    return Manner(degrees, float(rng.choice([5.0, 9.0])), float(rng.choice([0.6, 0.8, 1.0])))
