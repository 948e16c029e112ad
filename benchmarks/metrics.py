"""These say how well a page was read: bags of words and of characters, character error rate. All are pure functions.

Bags are compared as in `benchmarks/compare/metrics`, by the same function. Nothing here needs the packages of that
tool, so that a machine with a GPU and little else can measure too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.compare.metrics.normalise import OUTER_PUNCTUATION
from benchmarks.compare.metrics.word_bag import counts

PARTS = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Bag:
    """Counts that add up over pages (micro average).

    Attributes:
        hits: items that both sides have, with multiplicity.
        read: items that were read.
        true: items of the ground truth.
    """

    hits: int = 0
    read: int = 0
    true: int = 0

    def add(self, read: Iterable[str], true: Iterable[str]) -> None:
        """Count one page in."""
        found = counts(read, true)
        self.hits += found[0]
        self.read += found[1]
        self.true += found[2]

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0..100."""
        return 200 * self.hits / (self.read + self.true) if self.read + self.true else 100.0


def total(bags: Iterable[Bag]) -> Bag:
    """The sum of several counts."""
    found = list(bags)
    return Bag(sum(bag.hits for bag in found), sum(bag.read for bag in found), sum(bag.true for bag in found))


def words(lines: Iterable[str]) -> list[str]:
    """Lower-case words without punctuation around them; what is punctuation only does not count."""
    tokens = (token.strip(OUTER_PUNCTUATION) for line in lines for token in line.lower().split())
    return [token for token in tokens if token]


def parts(lines: Iterable[str]) -> list[str]:
    """Lower-case words split at everything that is no letter or digit: ``212-450`` is two of them."""
    return [part for line in lines for part in PARTS.findall(line.lower())]


def characters(lines: Iterable[str]) -> str:
    """All characters but white space."""
    return "".join("".join(line.split()) for line in lines)


def edit_distance(a: str, b: str) -> int:
    """Levenshtein's distance; each row of its table is one numpy operation."""
    if not a or not b:
        return len(a) + len(b)
    codes = np.frombuffer(b.encode("utf-32-le"), np.uint32)
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for i, character in enumerate(a, 1):
        change = np.minimum(row[:-1] + (codes != ord(character)), row[1:] + 1)
        row = np.minimum.accumulate(np.concatenate(([i], change)) - steps) + steps
    return int(row[-1])
