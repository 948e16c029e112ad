"""Word F1 by bag: how many words were read, wherever on the page.

Formula: F1 = 2 H / (R + T). T and R are the numbers of true and of read words. H counts words that both bags have,
with multiplicity. All are summed over pages.

Source: the bag-of-words measure of C. Clausner, S. Pletschacher, A. Antonacopoulos, "Flexible character accuracy
measure for reading-order-independent evaluation", Pattern Recognition Letters 131 (2020), and PRImA's text
evaluation tool.
"""

from collections import Counter
from collections.abc import Iterable

from benchmarks.compare.metrics.base import Metric, Parts, f1
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage


def parts(truth: TruthPage, answer: AnswerPage, normalisation: Normalisation) -> Parts:
    """Words that are right, that were read, that are true."""
    hits, read, true = counts(normalisation.words(answer.text), normalisation.words(truth.text))
    return float(hits), float(read), float(true)


def counts(read: Iterable[str], true: Iterable[str]) -> tuple[int, int, int]:
    """Items that both sides have, with multiplicity; items that were read; items that are true."""
    ours, theirs = Counter(read), Counter(true)
    return (ours & theirs).total(), ours.total(), theirs.total()


METRIC = Metric("word_f1", "Word F1", __doc__, parts, f1, higher_is_better=True, normalised=True)
