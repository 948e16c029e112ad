"""Throughput."""

from dataclasses import replace

import pytest

from benchmarks.compare.metrics.throughput import throughput
from tests.unit.benchmarks.compare.pages_of_text import ANSWERED


def _at(second: int, seconds: float, **others):
    return replace(ANSWERED, started=f"2026-01-01T00:00:{second:02}+00:00", seconds=seconds, **others)


def test_seconds_in_which_something_is_on_its_way_count_once() -> None:
    # 0..4 and 2..6 are six seconds; the pause until 20 does not count; 20..22 are two: 4 requests of 3 pages in 8 s.
    answers = [_at(0, 4), _at(2, 4), _at(3, 1), _at(20, 2), _at(30, 9, cold=True), _at(40, 9, outcome="throttled")]
    found = throughput(answers, {"d": 3}, requests_per_second=0.5)
    assert found.measured == pytest.approx(12 / 8, abs=1e-6)
    assert found.at_quota == pytest.approx(0.5 * 3, abs=1e-6)


def test_without_answers_or_a_quota_nothing_is_known() -> None:
    assert throughput([], {}, 2.0).measured is None
    assert throughput([_at(0, 1)], {"d": 1}, None).at_quota is None
