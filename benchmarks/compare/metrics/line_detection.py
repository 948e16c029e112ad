"""Line detection: how many lines were found, whatever was read in them.

Formula: P = H / R, recall = H / T, Hmean = 2 H / (R + T). H counts pairs of a true and a found line with an
intersection over union of at least 0.5; each line is in at most one pair, and as many pairs as possible are made.
Lines of truth with the text "###" cannot be read: they, and found lines that lie in them by more than half, do not
count.

Source: D. Karatzas et al., "ICDAR 2015 Competition on Robust Reading" (2015), task 4.1. Polygons are clipped with
shapely.
"""

import numpy as np
import shapely

from benchmarks.compare.metrics.base import Metric, Parts, Sums, Values, f1, percent
from benchmarks.compare.metrics.matching import overlaps, pairs, shapes
from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, Polygon, TruthPage

DO_NOT_CARE = "###"
MOST_IN_IGNORED = 0.5
Line = tuple[str, Polygon]


def parts(truth: TruthPage, answer: AnswerPage, _: Normalisation) -> Parts | None:
    """Lines that were found at their places, found lines, true lines; None where truth or answer has no places."""
    lines = lines_that_count(truth, answer)
    if lines is None:
        return None
    true, read = lines
    found = pairs(overlaps([place for _, place in true], [place for _, place in read]))
    return float(len(found)), float(len(read)), float(len(true))


def lines_that_count(truth: TruthPage, answer: AnswerPage) -> tuple[list[Line], list[Line]] | None:
    """True and read lines with their places, without those that cannot be read; None where there are no places."""
    true = [(line.text, line.polygon) for line in truth.lines if line.polygon and line.text != DO_NOT_CARE]
    read = [(line.text, line.polygon) for line in answer.lines if line.polygon and line.text.strip()]
    if not any(line.polygon for line in truth.lines) or (not read and answer.text.strip()):
        return None
    ignored = shapes([line.polygon for line in truth.lines if line.polygon and line.text == DO_NOT_CARE])
    if not len(ignored) or not read:
        return true, read
    found = shapes([place for _, place in read])
    areas = np.maximum(shapely.area(found), 1e-9)
    inside = shapely.area(shapely.intersection(found[:, None], ignored[None, :])) / areas[:, None]
    kept = (inside <= MOST_IN_IGNORED).all(axis=1)
    return true, [line for line, keep in zip(read, kept, strict=True) if keep]


def precision(sums: Sums) -> Values:
    """Precision in percent of sums (..., hits, read, true)."""
    return percent(sums[..., 0], sums[..., 1])


def recall(sums: Sums) -> Values:
    """Recall in percent of sums (..., hits, read, true)."""
    return percent(sums[..., 0], sums[..., 2])


PRECISION = Metric("line_precision", "Line detection, precision", __doc__, parts, precision, higher_is_better=True)
RECALL = Metric("line_recall", "Line detection, recall", __doc__, parts, recall, higher_is_better=True)
HMEAN = Metric("line_hmean", "Line detection, Hmean", __doc__, parts, f1, higher_is_better=True)
