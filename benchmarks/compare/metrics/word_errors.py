"""Word error rate: how many words must be changed, put in or taken out, the page in reading order.

Formula: WER = (S + D + I) / T: substituted, deleted and inserted words of the shortest alignment, over true words, both
summed over pages. Of Han and Kana, each character is a word. It can be more than 100 %.

Source: the measure of speech recognition, as J. P. Woodard and J. T. Nelson defined it (1982). Computed with rapidfuzz.
"""

from rapidfuzz.distance import Levenshtein

from benchmarks.compare.metrics.base import Metric, Parts, Sums, Values, percent
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage


def parts(truth: TruthPage, answer: AnswerPage, normalisation: Normalisation) -> Parts | None:
    """Errors, and true words; None where the truth is in no reading order."""
    if not truth.order:
        return None
    true = normalisation.words(truth.text)
    return float(Levenshtein.distance(true, normalisation.words(answer.text))), float(len(true))


def value(sums: Sums) -> Values:
    """Errors of sums (..., errors, true) in percent."""
    return percent(sums[..., 0], sums[..., 1])


METRIC = Metric("wer", "WER", __doc__, parts, value, higher_is_better=False, normalised=True)
