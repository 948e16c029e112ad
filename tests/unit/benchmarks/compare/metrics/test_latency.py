"""Latency."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.compare.metrics.latency import latency
from tests.unit.benchmarks.compare.pages_of_text import ANSWERED


def test_quantiles_are_numpys_and_cold_and_failed_requests_stand_apart() -> None:
    seconds = np.random.default_rng(2).gamma(2, 0.5, 80)
    answers = [replace(ANSWERED, seconds=float(each)) for each in seconds]
    others = [replace(ANSWERED, seconds=50.0, cold=True), replace(ANSWERED, seconds=99.0, outcome="timeout")]
    found = latency([*answers, *others], seed=1)
    assert (found.requests, found.cold) == (80, (50.0,))
    for interval, share in ((found.p50, 50), (found.p95, 95), (found.p99, 99)):
        assert interval.value == pytest.approx(np.percentile(seconds, share), abs=1e-6)
        assert interval.low <= interval.value <= interval.high


def test_without_a_warm_answer_there_is_no_figure() -> None:
    assert latency([replace(ANSWERED, cold=True)], seed=1).p50 is None
