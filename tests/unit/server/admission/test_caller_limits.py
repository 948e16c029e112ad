import pytest

from server.admission.caller_limits import ANYBODY, SWEEP_FROM, Caller, CallerLimits, within
from server.config.base import CallerLimitSettings
from server.errors import TooManyRequests


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def limits_of(clock: Clock | None = None, **settings: float) -> CallerLimits:
    return CallerLimits(CallerLimitSettings.model_validate(settings), clock or Clock())


def send(limits: CallerLimits, name: str = "a") -> bool:
    try:
        with limits.enter(name):
            return True
    except TooManyRequests:
        return False


def test_without_limits_everything_passes() -> None:
    limits = limits_of()
    assert all(send(limits) for _ in range(1000))


def test_a_caller_gets_its_rate_and_no_more() -> None:
    clock = Clock()
    limits = limits_of(clock, requests_per_second=3)
    assert [send(limits) for _ in range(4)] == [True, True, True, False]
    clock.now += 0.34
    assert [send(limits) for _ in range(2)] == [True, False]
    clock.now += 3600
    assert sum(send(limits) for _ in range(10)) == 3


def test_a_rate_below_one_a_second_lets_the_first_in() -> None:
    clock = Clock()
    limits = limits_of(clock, requests_per_second=0.5)
    assert [send(limits), send(limits)] == [True, False]
    clock.now += 2
    assert send(limits)


def test_callers_do_not_share() -> None:
    limits = limits_of(requests_per_second=1)
    assert [send(limits, "a"), send(limits, "b"), send(limits, "a")] == [True, True, False]


def test_requests_at_once_are_counted_until_they_end() -> None:
    limits = limits_of(concurrent_requests=2)
    with limits.enter("a"), limits.enter("a"):
        assert not send(limits)
        assert send(limits, "b")
    assert send(limits)


def test_a_failing_request_gives_its_place_back() -> None:
    limits = limits_of(concurrent_requests=1)
    with pytest.raises(ZeroDivisionError), limits.enter("a"):
        raise ZeroDivisionError
    assert send(limits)


def test_pages_are_paid_for_after_they_were_read() -> None:
    clock = Clock()
    limits = limits_of(clock, pages_per_minute=60)
    with limits.enter("a"):
        limits.spend("a", 90)
    with pytest.raises(TooManyRequests) as refused, limits.enter("a"):
        pass
    assert refused.value.retry_after == 31
    assert send(limits, "b")
    clock.now += 29
    assert not send(limits)
    clock.now += 2
    assert send(limits)
    limits.spend("a", 2)
    assert not send(limits)
    clock.now += 3600
    limits.spend("a", 59)
    assert send(limits)
    limits.spend("a", 1)
    assert not send(limits)


def test_a_refused_caller_hears_when_its_rate_allows_the_next_request() -> None:
    limits = limits_of(requests_per_second=0.1)
    assert send(limits)
    with pytest.raises(TooManyRequests) as refused:
        limits.check("a")
    assert refused.value.retry_after == 10


def test_several_sets_of_limits_count_all_or_nothing() -> None:
    wide, narrow = limits_of(requests_per_second=3), limits_of(requests_per_second=1)
    with within((wide, narrow), "a"):
        pass
    for _ in range(5):
        with pytest.raises(TooManyRequests), within((wide, narrow), "a"):
            pass
    assert [send(wide) for _ in range(3)] == [True, True, False]


def test_accounts_that_have_nothing_to_remember_are_forgotten() -> None:
    clock = Clock()
    limits = limits_of(clock, requests_per_second=1, pages_per_minute=60)
    limits.spend("debtor", 100_000)
    with limits.enter("inside"):
        for number in range(20 * SWEEP_FROM):
            clock.now += 0.01
            send(limits, f"address {number}")
            assert len(limits._accounts) <= 2 * SWEEP_FROM
        assert not send(limits, "debtor")
        assert limits._accounts["inside"].running == 1


def test_a_key_is_counted_by_its_secret_and_anybody_else_by_the_address() -> None:
    assert Caller("ann", "digest").at("1.2.3.4").account == "digest"
    assert [ANYBODY.at(address).account for address in ("1.2.3.4", "")] == ["address 1.2.3.4", "address "]
