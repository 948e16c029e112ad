"""Cost per 1,000 usable pages: what a page costs that can be worked with.

Formula: 1000 * sum of the costs / usable pages. A page is usable where its document was answered and its word F1 is at
least the plan's report.usable (90 % where the plan names none). All that was sent costs, whatever came of it. Documents
without truth are left out of both. The cost of a request comes from the dated price table of the plan.

Source: own definition; list prices leave out that pages which must be done again cost twice.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from benchmarks.compare.bootstrap import Array, Interval, interval
from benchmarks.compare.metrics.base import f1
from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.compare.metrics.word_bag import parts
from benchmarks.compare.model import Answer, AnswerPage, Document, TruthPage


def cost_of_usable_pages(
    answers: Iterable[Answer], documents: Mapping[str, Document], usable: float, seed: int
) -> Interval | None:
    """What 1,000 usable pages cost; None where a price or all truth is missing, or no page is usable."""
    rows: dict[str, list[float]] = {}
    for answer in answers:
        truth = documents[answer.document].truth
        if truth is None:
            continue
        if answer.cost is None:
            return None
        row = rows.setdefault(answer.document, [0.0, 0.0])
        row[0] += answer.cost
        row[1] += usable_pages(answer, truth.pages, usable)
    sums = np.array(list(rows.values()), np.float64).reshape(-1, 2)
    return interval(sums, _per_1000, seed) if sums[:, 1].any() else None


def usable_pages(answer: Answer, truth: Iterable[TruthPage], usable: float) -> int:
    """Pages of an answer whose word F1 is at least ``usable`` percent."""
    if answer.outcome != "answered":
        return 0
    read = {page.number: page for page in answer.pages}
    scores = (
        f1(np.array(parts(page, read.get(number, AnswerPage(number, "")), STANDARD)))
        for number, page in enumerate(truth, 1)
    )
    return sum(float(score) >= usable for score in scores)


def _per_1000(sums: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, 1000 * sums[..., 0] / sums[..., 1], np.nan)
