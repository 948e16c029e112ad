"""Latency: seconds from the first byte sent to the answer understood.

Formula: p50, p95 and p99 are the sample quantiles of type 7 (linear between neighbours) over all answered requests.
The first request to a provider in a run is told apart as its cold start = seconds of that request. Requests that
were refused, throttled or given up are failures and have no latency.

Source: R. J. Hyndman, Y. Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996).
Intervals by the bootstrap over requests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.compare.bootstrap import Interval, of_values
from benchmarks.compare.model import Answer


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds, each with its interval; None where no warm request was answered. ``cold`` has the first requests'."""

    p50: Interval | None
    p95: Interval | None
    p99: Interval | None
    cold: tuple[float, ...]
    requests: int


def latency(answers: Iterable[Answer], seed: int) -> Latency:
    """Figures of one provider's answers."""
    answered = [answer for answer in answers if answer.outcome == "answered"]
    warm = [answer.seconds for answer in answered if not answer.cold]
    cold = tuple(answer.seconds for answer in answered if answer.cold)
    if not warm:
        return Latency(None, None, None, cold, 0)
    p50, p95, p99 = (of_values(warm, partial(_quantile, share), seed) for share in (0.5, 0.95, 0.99))
    return Latency(p50, p95, p99, cold, len(warm))


def _quantile(share: float, values: Any) -> Any:
    return np.quantile(values, share, axis=-1)
