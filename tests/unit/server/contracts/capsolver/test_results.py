"""Outcomes are kept for a while, for their owner, and never more than so many bytes of them."""

import pytest

from server.config.contract_settings import CapSolverSettings
from server.contracts.capsolver.results import ENTRY_BYTES, Outcome, Results


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_outcome_expires(clock: Clock) -> None:
    results = Results(CapSolverSettings(result_seconds=300), clock)
    results.keep("task", "key", Outcome("text"))
    clock.now += 299.9
    assert results.find("task", "key") == Outcome("text")
    clock.now += 0.1
    assert results.find("task", "key") is None


def test_a_stranger_neither_gets_nor_uses_up_an_outcome(clock: Clock) -> None:
    results = Results(CapSolverSettings(max_queries=1), clock)
    results.keep("task", "key", Outcome("text"))
    assert results.find("task", "stranger") is None
    assert results.find("task", "key") == Outcome("text")
    assert results.find("task", "key") is None


def test_the_oldest_make_room(clock: Clock) -> None:
    results = Results(CapSolverSettings(max_stored_bytes=3 * ENTRY_BYTES), clock)
    for number in range(5):
        results.keep(str(number), "key", Outcome(""))
    assert [results.find(str(number), "key") is not None for number in range(5)] == [False, False, True, True, True]
    results.keep("large", "key", Outcome("x" * ENTRY_BYTES))
    assert all(results.find(task, "key") is None for task in ("2", "3", "4", "large"))
