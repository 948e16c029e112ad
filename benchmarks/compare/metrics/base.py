"""What a metric is: figures of one page that add up over documents, and the value of their sums."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerPage, TruthPage

Parts = tuple[float, ...]
"""Figures of one page: they are summed over pages and documents before the value is taken (micro average)."""
Sums = NDArray[np.float64]
"""float64 (..., k): sums of the k parts of a metric."""
Values = NDArray[np.float64]
"""float64 (...): values, in percent; NaN where nothing can be said."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the field.

    Attributes:
        name: as plans and files name it.
        title: as tables head it.
        about: the module's docstring: a summary, ``Formula:`` and ``Source:``.
        parts: the figures of one page; None where the truth cannot say (no places, no order, no table).
        value: from sums to values.
        higher_is_better: which way is good.
        normalised: whether the metric is also told under every normalisation.
        told_by: whether an answer has what the metric needs. A provider none of whose answers has it is not scored.
    """

    name: str
    title: str
    about: str
    parts: Callable[[TruthPage, AnswerPage, Normalisation], Parts | None]
    value: Callable[[Sums], Values]
    higher_is_better: bool
    normalised: bool = False
    told_by: Callable[[AnswerPage], bool] = lambda _: True

    @property
    def summary(self) -> str:
        """What the metric measures."""
        return about_of(self.about, "")

    @property
    def formula(self) -> str:
        """How it is computed."""
        return about_of(self.about, "Formula: ")

    @property
    def source(self) -> str:
        """Where it was published."""
        return about_of(self.about, "Source: ")


def percent(part: Values, whole: Values) -> Values:
    """``100 * part / whole``; NaN where the whole is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, 100 * part / whole, np.nan)


def f1(sums: Sums) -> Values:
    """F1 in percent of sums (..., hits, read, true); 100 where there was nothing to read and nothing was read."""
    read_and_true = sums[..., 1] + sums[..., 2]
    return np.where(read_and_true > 0, percent(2 * sums[..., 0], read_and_true), 100.0)


def about_of(about: str, begin: str) -> str:
    """The paragraph of a metric's docstring that begins with these words; with none, its first."""
    found = next(part for part in about.split("\n\n") if part.startswith(begin))
    return " ".join(found.removeprefix(begin).split())
