"""Word F1 by position: how many words were read at the place where they are.

Formula: F1 = 2 H / (R + T). H counts pairs of a true and a read word with the same text and an intersection over
union of at least 0.5; each word is in at most one pair, and as many pairs as possible are made. Words are split at
white space alone. Where a provider tells the places of lines, their words lie along them in proportion to their
characters.

Source: the end-to-end protocol of D. Karatzas et al., "ICDAR 2015 Competition on Robust Reading" (2015), on words.
"""

from benchmarks.compare.metrics.base import Metric, Parts, f1
from benchmarks.compare.metrics.matching import overlaps, pairs
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.metrics.places import Placed, placed_words, split
from benchmarks.compare.model import AnswerPage, TruthPage


def parts(truth: TruthPage, answer: AnswerPage, normalisation: Normalisation) -> Parts | None:
    """Words at their places that are right, that were read, that are true."""
    true = _true_words(truth, normalisation)
    read = placed_words(answer.lines, normalisation)
    if not true or (not read and answer.text.strip()):
        return None
    overlap = overlaps([place for _, place in true], [place for _, place in read])
    found = pairs(overlap, lambda row, column: true[row][0] == read[column][0])
    return float(len(found)), float(len(read)), float(len(true))


def _true_words(truth: TruthPage, normalisation: Normalisation) -> list[Placed]:
    if any(word.polygon for word in truth.words):
        return [part for word in truth.words if word.polygon for part in split(word.text, word.polygon, normalisation)]
    return placed_words(truth.lines, normalisation)


METRIC = Metric("word_f1_places", "Word F1 by position", __doc__, parts, f1, higher_is_better=True)
