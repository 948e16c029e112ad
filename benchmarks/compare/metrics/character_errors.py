"""Character error rate: how many characters must be changed, put in or taken out, the page in reading order.

Formula: CER = D / T. D is Levenshtein's distance of the page's text as it was read from the true text, T the number
of true characters, both summed over pages. Each run of white space is one space. It can be more than 100 %.

Source: V. I. Levenshtein (1966); S. V. Rice, F. R. Jenkins, T. A. Nartker, "The Fourth Annual Test of OCR Accuracy"
(1995). Computed with rapidfuzz.
"""

from rapidfuzz.distance import Levenshtein

from benchmarks.compare.metrics.base import Metric, Parts, Sums, Values, percent
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage


def parts(truth: TruthPage, answer: AnswerPage, normalisation: Normalisation) -> Parts | None:
    """Errors, and true characters; None where the truth is in no reading order."""
    if not truth.order:
        return None
    true = normalisation.text(truth.text)
    return float(Levenshtein.distance(true, normalisation.text(answer.text))), float(len(true))


def value(sums: Sums) -> Values:
    """Errors of sums (..., errors, true) in percent."""
    return percent(sums[..., 0], sums[..., 1])


METRIC = Metric("cer", "CER", __doc__, parts, value, higher_is_better=False, normalised=True)
