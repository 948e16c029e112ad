import pytest

from server.errors import TooManyRequests
from server.rate_limits import CallerLimits


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def send(limits: CallerLimits, name: str = "a") -> bool:
    try:
        with limits.enter(name):
            return True
    except TooManyRequests:
        return False


def test_without_limits_everything_passes() -> None:
    limits = CallerLimits(None, None, Clock())
    assert all(send(limits) for _ in range(1000))


def test_a_caller_gets_its_rate_and_no_more() -> None:
    clock = Clock()
    limits = CallerLimits(3, None, clock)
    assert [send(limits) for _ in range(4)] == [True, True, True, False]
    clock.now += 0.34
    assert [send(limits) for _ in range(2)] == [True, False]
    clock.now += 3600
    assert sum(send(limits) for _ in range(10)) == 3


def test_a_rate_below_one_a_second_lets_the_first_in() -> None:
    clock = Clock()
    limits = CallerLimits(0.5, None, clock)
    assert [send(limits), send(limits)] == [True, False]
    clock.now += 2
    assert send(limits)


def test_callers_do_not_share() -> None:
    limits = CallerLimits(1, None, Clock())
    assert [send(limits, "a"), send(limits, "b"), send(limits, "a")] == [True, True, False]


def test_requests_at_once_are_counted_until_they_end() -> None:
    limits = CallerLimits(None, 2, Clock())
    with limits.enter("a"), limits.enter("a"):
        assert not send(limits)
        assert send(limits, "b")
    assert send(limits)


def test_a_failing_request_gives_its_place_back() -> None:
    limits = CallerLimits(None, 1, Clock())
    with pytest.raises(ZeroDivisionError), limits.enter("a"):
        raise ZeroDivisionError
    assert send(limits)
