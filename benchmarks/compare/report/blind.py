"""Pages without names: which two answers stand beside each other, on which side, and what the votes say of them.

Pages, pairs and sides are drawn by lot from the identity of the run and the seed. The file does not hold the names;
when votes come in, they are drawn again.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

import msgspec
from scipy import stats

from benchmarks.compare.model import Answer, Document
from benchmarks.compare.report.settings import WrongReport

Choice = Literal["left", "right", "same", "neither"]


class Votes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of votes: the report to which it belongs, and a choice for each page that was judged."""

    report: str
    votes: dict[str, Choice]


@dataclass(frozen=True, slots=True)
class BlindPage:
    """One page: its name in the file, where it is, and the two answers of it."""

    name: str
    document: Document
    page: int
    left: str
    right: str
    texts: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the votes say of two providers; ``p`` is of the sign test, without pages on which neither is better."""

    one: str
    other: str
    for_one: int
    for_other: int
    same: int
    neither: int
    p: float


def draw_pages(
    documents: Sequence[Document], answers: Mapping[str, Mapping[str, Answer]], count: int, lot: str
) -> list[BlindPage]:
    """Pages that two providers read differently.

    Args:
        documents: that may be shown.
        answers: by provider and by the document's id: those that were answered.
        count: so many pages at most.
        lot: what is drawn depends on it alone.
    """
    dice = random.Random(lot)
    rows = [(document, page) for document in documents for page in range(1, document.pages + 1)]
    dice.shuffle(rows)
    found: list[BlindPage] = []
    for document, page in rows:
        if len(found) == count:
            break
        texts = {name: _text(given[document.id], page) for name, given in answers.items() if document.id in given}
        pairs = [pair for pair in combinations(sorted(texts), 2) if texts[pair[0]].split() != texts[pair[1]].split()]
        if pairs:
            left, right = dice.sample(dice.choice(pairs), 2)
            found.append(BlindPage(f"page-{len(found) + 1}", document, page, left, right, (texts[left], texts[right])))
    return found


def read_votes(paths: Sequence[Path], report: str) -> list[Votes]:
    """Files of votes.

    Raises:
        WrongReport: one cannot be read, or belongs to another report.
    """
    found = []
    for path in paths:
        try:
            votes = msgspec.json.decode(path.read_bytes(), type=Votes)
        except OSError as error:
            raise WrongReport(f"--votes: {path} cannot be read: {error.strerror or type(error).__name__}.") from error
        except msgspec.DecodeError as error:
            raise WrongReport(f"--votes: {path} is no file of votes that the report saved.") from error
        if votes.report != report:
            raise WrongReport(f"--votes: {path} belongs to another report, or to one with other pages.")
        found.append(votes)
    return found


def tally(pages: Sequence[BlindPage], given: Sequence[Votes]) -> list[Tally]:
    """Votes by pair of providers, with the pairs in the order of their names."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for votes in given:
        for page in pages:
            choice = votes.votes.get(page.name)
            if choice is None:
                continue
            one, other = sorted((page.left, page.right))
            row = counts.setdefault((one, other), {"one": 0, "other": 0, "same": 0, "neither": 0})
            if choice in ("left", "right"):
                chosen = page.left if choice == "left" else page.right
                row["one" if chosen == one else "other"] += 1
            else:
                row[choice] += 1
    return [
        Tally(one, other, row["one"], row["other"], row["same"], row["neither"], _sign_test(row["one"], row["other"]))
        for (one, other), row in sorted(counts.items())
    ]


def _sign_test(one: int, other: int) -> float:
    return float(stats.binomtest(one, one + other).pvalue) if one + other else 1.0


def _text(answer: Answer, page: int) -> str:
    return "\n".join(each.text for each in answer.pages if each.number == page)
