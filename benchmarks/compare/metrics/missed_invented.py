"""Missed and invented text apart: words of the page that nobody read, and words that are nowhere on the page.

Formula: words that both bags have are right. Of the others, true and read words are paired one to one so that the
sum of their similarities (1 - Levenshtein's distance / length of the longer) is largest; a pair of at least 0.5 is a
misread word. Missed = true words in no pair / true words. Invented = read words in no pair / read words. Of a page,
3,000 words of each side are paired at most.

Source: own definition, after the deletions and insertions of word alignment, without its need for a reading order.
Computed with rapidfuzz and scipy's linear_sum_assignment.
"""

from collections import Counter

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment

from benchmarks.compare.metrics.base import Metric, Parts, Sums, Values, percent
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage

LEAST_SIMILARITY = 0.5
MOST_PAIRED = 3000
"""Pairing takes memory with the product of both sides, and an answer may be of any length."""


def parts(truth: TruthPage, answer: AnswerPage, normalisation: Normalisation) -> Parts:
    """Words that were missed, misread and invented; words that are true, that were read."""
    true, read = Counter(normalisation.words(truth.text)), Counter(normalisation.words(answer.text))
    left, over = sorted((true - read).elements()), sorted((read - true).elements())
    misread = _similar(left, over)
    return (
        float(len(left) - misread),
        float(misread),
        float(len(over) - misread),
        float(true.total()),
        float(read.total()),
    )


def missed(sums: Sums) -> Values:
    """Missed words in percent of true ones."""
    return percent(sums[..., 0], sums[..., 3])


def invented(sums: Sums) -> Values:
    """Invented words in percent of read ones."""
    return percent(sums[..., 2], sums[..., 4])


def _similar(true: list[str], read: list[str]) -> int:
    if not true or not read:
        return 0
    true, read = true[:MOST_PAIRED], read[:MOST_PAIRED]
    alike = cdist(true, read, scorer=Levenshtein.normalized_similarity)
    rows, columns = linear_sum_assignment(alike, maximize=True)
    return int((alike[rows, columns] >= LEAST_SIMILARITY).sum())


MISSED = Metric("missed", "Missed words", __doc__, parts, missed, higher_is_better=False)
INVENTED = Metric("invented", "Invented words", __doc__, parts, invented, higher_is_better=False)
