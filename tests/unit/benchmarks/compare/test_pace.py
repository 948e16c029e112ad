import threading

from benchmarks.compare.pace import Budget, Pace


def test_requests_are_spaced_evenly() -> None:
    stop = threading.Event()
    stop.set()  # nothing waits in earnest
    pace = Pace(0.01, stop)
    waits = [pace.wait() for _ in range(3)]
    assert waits[0] == 0
    assert [round(wait, -1) for wait in waits[1:]] == [100, 200]


def test_without_a_quota_nothing_waits() -> None:
    pace = Pace(None, threading.Event())
    assert [pace.wait() for _ in range(5)] == [0] * 5


def test_a_budget_is_never_exceeded() -> None:
    budget = Budget(1.0, spent=0.25)
    assert [budget.take(0.25) for _ in range(4)] == [True, True, True, False]
    assert budget.take(0), "what costs nothing needs no budget"
    budget.give_back(0.25)
    assert [budget.take(0.25), budget.take(0.25)] == [True, False]


def test_money_adds_up_in_spite_of_floating_point() -> None:
    budget = Budget(0.3, spent=0)
    assert [budget.take(0.1) for _ in range(4)] == [True, True, True, False]


def test_without_a_budget_all_is_taken() -> None:
    assert Budget(None, spent=1e9).take(1e9)
