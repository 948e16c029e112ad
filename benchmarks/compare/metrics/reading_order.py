"""Reading order: whether what was read stands in the order in which the page is read.

Formula: of all pairs of words that occur once in the truth and once in the answer, the share that stands in the true
order. Kendall's tau is twice the share minus one. Pairs are summed over pages.

Source: M. G. Kendall, "A New Measure of Rank Correlation", Biometrika 30 (1938).
"""

from collections import Counter

import numpy as np

from benchmarks.compare.metrics.base import Metric, Parts, Sums, Values, percent
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage


def parts(truth: TruthPage, answer: AnswerPage, normalisation: Normalisation) -> Parts | None:
    """Pairs in order, and all pairs; None where the truth is in no reading order."""
    if not truth.order:
        return None
    true, read = normalisation.words(truth.text), normalisation.words(answer.text)
    once = {word for word, count in Counter(true).items() if count == 1}
    once &= {word for word, count in Counter(read).items() if count == 1}
    places = {word: place for place, word in enumerate(read) if word in once}
    ranks = np.array([places[word] for word in true if word in once])
    in_order = sum(int((ranks[place + 1 :] > rank).sum()) for place, rank in enumerate(ranks))
    return float(in_order), float(len(ranks) * (len(ranks) - 1) // 2)


def value(sums: Sums) -> Values:
    """Pairs in order, in percent."""
    return percent(sums[..., 0], sums[..., 1])


METRIC = Metric("reading_order", "Reading order", __doc__, parts, value, higher_is_better=True)
