"""Intervals and differences by the bootstrap: documents are drawn again, with replacement, and the value is taken anew.

B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap" (1993): percentile intervals. Two providers are
compared on the same documents in every draw (paired). A difference's p is twice the smaller share of draws on either
side of nothing. S. Holm, "A simple sequentially rejective multiple test procedure" (1979): the correction where
several pairs are compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DRAWS = 5000
CONFIDENCE = 0.95
LEAST_DOCUMENTS = 10
"""With fewer documents, draws are too much alike for a verdict."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the interval in which it lies with 95 % confidence; NaN where nothing can be said."""

    value: float
    low: float
    high: float
    documents: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger one value is than another, on the same documents.

    Attributes:
        low, high: of the interval with 95 % confidence.
        p: of a difference at least as large where there is none; before any correction.
    """

    value: float
    low: float
    high: float
    p: float
    documents: int


def interval(parts: Array, value: Callable[[Array], Array], seed: int) -> Interval:
    """The interval of a metric.

    Args:
        parts: float64 (documents, k).
        value: from sums (..., k) to values (...).
        seed: same seed, same interval.
    """
    whole = float(value(parts.sum(axis=0)))
    drawn = _draw(len(parts), lambda chosen: value(parts[chosen].sum(axis=-2)), seed)
    return Interval(whole, *_ends(drawn), len(parts))


def difference(one: Array, other: Array, value: Callable[[Array], Array], seed: int) -> Difference:
    """Value of one less value of the other; row i of both is the same document."""
    whole = float(value(one.sum(axis=0)) - value(other.sum(axis=0)))
    drawn = _draw(len(one), lambda chosen: value(one[chosen].sum(axis=-2)) - value(other[chosen].sum(axis=-2)), seed)
    if not len(drawn):
        return Difference(whole, np.nan, np.nan, 1.0, len(one))
    below, above = int((drawn <= 0).sum()), int((drawn >= 0).sum())
    p = min(1.0, 2 * (1 + min(below, above)) / (len(drawn) + 1))
    return Difference(whole, *_ends(drawn), p, len(one))


def of_values(values: Sequence[float], value: Callable[[Array], Array], seed: int) -> Interval:
    """The interval of a figure of single values, such as a percentile: ``value`` takes them from the last axis."""
    found = np.asarray(values, np.float64)
    drawn = _draw(len(found), lambda chosen: value(found[chosen]), seed)
    return Interval(float(value(found)), *_ends(drawn), len(found))


def holm(ps: Sequence[float]) -> list[float]:
    """Corrected p of each comparison, in the order given."""
    order = np.argsort(ps, kind="stable")
    corrected = [0.0] * len(ps)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[index]))
        corrected[index] = largest
    return corrected


def _draw(count: int, statistic: Callable[[NDArray[np.intp]], Array], seed: int) -> Array:
    """Values of the statistic over the draws; none where there are not two documents.

    A draw of which the statistic says nothing (NaN), such as one without any read word, is left out.
    """
    if count < 2:
        return np.empty(0)
    rng = np.random.default_rng(seed)
    batches = [statistic(rng.integers(0, count, (_BATCH, count))) for _ in range(DRAWS // _BATCH)]
    drawn = np.concatenate(batches)
    return drawn[~np.isnan(drawn)]


def _ends(drawn: Array) -> tuple[float, float]:
    if not len(drawn):
        return np.nan, np.nan
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return float(low), float(high)
