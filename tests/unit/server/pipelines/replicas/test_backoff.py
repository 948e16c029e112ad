"""A replica that was lost waits before it is started again."""

from server.pipelines.replicas.backoff import LONGEST_SECONDS, STEADY_SECONDS, Backoff


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_start_after_a_loss_is_at_once_and_each_further_one_later() -> None:
    backoff = Backoff(Clock())
    delays = [backoff.next_delay(served=False) for _ in range(10)]
    assert delays[:5] == [0, 1, 2, 4, 8]
    assert delays[-1] == LONGEST_SECONDS


def test_one_that_served_for_long_is_started_at_once_again() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    for _ in range(5):
        backoff.next_delay(served=True)
    clock.now += 2 * STEADY_SECONDS
    assert backoff.next_delay(served=False) > 0
    clock.now += 2 * STEADY_SECONDS
    assert backoff.next_delay(served=True) == 0
