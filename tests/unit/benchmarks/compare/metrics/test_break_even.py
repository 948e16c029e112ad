"""Break-even volume."""

import pytest

from benchmarks.compare.metrics.break_even import Hardware, capacity, pages_a_month


def test_a_worked_example() -> None:
    # 2,400 over four years is 50 a month, with 25 for power 75; at 1.50 for 1,000 pages that is 50,000 pages.
    assert pages_a_month(Hardware(2400, 4, 25), 1.5) == pytest.approx(50_000, abs=1e-6)


def test_a_service_that_costs_nothing_is_never_dearer() -> None:
    assert pages_a_month(Hardware(2400, 4), 0) is None


def test_the_capacity_is_that_of_thirty_days() -> None:
    assert capacity(2) == 2 * 86_400 * 30
