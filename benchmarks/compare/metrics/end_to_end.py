"""End-to-end Hmean: how many lines were found and read without any error.

Formula: Hmean = 2 H / (R + T). H counts pairs of a true and a read line with an intersection over union of at least
0.5 and the same text after normalisation, each line in at most one pair. Lines with the text "###" do not count.

Source: D. Karatzas et al., "ICDAR 2015 Competition on Robust Reading" (2015), task 4.4, without its lists of words.
"""

from benchmarks.compare.metrics.base import Metric, Parts, f1
from benchmarks.compare.metrics.line_detection import lines_that_count
from benchmarks.compare.metrics.matching import overlaps, pairs
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage


def parts(truth: TruthPage, answer: AnswerPage, normalisation: Normalisation) -> Parts | None:
    """Lines that are right at their places, read lines, true lines; None where truth or answer has no places."""
    lines = lines_that_count(truth, answer)
    if lines is None:
        return None
    true, read = lines
    truths, texts = (["".join(normalisation.words(text)) for text, _ in side] for side in (true, read))
    overlap = overlaps([place for _, place in true], [place for _, place in read])
    found = pairs(overlap, lambda row, column: truths[row] == texts[column])
    return float(len(found)), float(len(read)), float(len(true))


METRIC = Metric("end_to_end", "End-to-end Hmean", __doc__, parts, f1, higher_is_better=True)
