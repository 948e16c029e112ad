"""The estimate of how long a newcomer would wait."""

from contextlib import ExitStack

import pytest

from server.admission.wait_estimate import SHORT_QUEUE, WaitEstimate
from server.errors import Overloaded


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nobody_waits_where_nobody_stands():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    clock.now += 1000
    assert wait_estimate.expected_wait == 0
    wait_estimate.check(0.001)


def test_the_wait_is_the_queue_times_the_interval_between_pages():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    with ExitStack() as queue:
        documents = [queue.enter_context(wait_estimate.queued()) for _ in range(40)]
        for document in documents[:20]:
            clock.now += 0.5
            document.served()
        assert wait_estimate.waiting == 20
        assert wait_estimate.expected_wait == pytest.approx(0.5 * 21)
        wait_estimate.check(22.0)
        with pytest.raises(Overloaded) as refused:
            wait_estimate.check(10.0)
        assert refused.value.retry_after == 6
    assert wait_estimate.waiting == 0


def test_a_short_queue_refuses_nobody_however_slow_it_is():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    with ExitStack() as queue:
        for _ in range(SHORT_QUEUE - 1):
            queue.enter_context(wait_estimate.queued())
        clock.now += 1000
        wait_estimate.check(1.0)


def test_a_queue_that_does_not_move_at_all_is_seen():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    with ExitStack() as queue:
        for _ in range(SHORT_QUEUE):
            queue.enter_context(wait_estimate.queued())
        wait_estimate.check(10.0)
        clock.now += 6
        with pytest.raises(Overloaded):
            wait_estimate.check(10.0)


def test_documents_that_fail_say_nothing_about_the_rate_and_pages_beyond_the_first_neither():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    with ExitStack() as queue:
        documents = [queue.enter_context(wait_estimate.queued()) for _ in range(SHORT_QUEUE + 3)]
        for document in documents[:2]:
            clock.now += 1
            document.served()
            document.served()
        with ExitStack() as failed:
            failed.enter_context(wait_estimate.queued())
        assert wait_estimate.waiting == SHORT_QUEUE + 1
        assert wait_estimate.expected_wait == pytest.approx(SHORT_QUEUE + 2)


def test_the_first_page_of_many_that_came_together_says_nothing():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    with ExitStack() as queue:
        documents = [queue.enter_context(wait_estimate.queued()) for _ in range(64)]
        clock.now += 5
        documents[0].served()
        wait_estimate.check(1.0)
        clock.now += 0.1
        documents[1].served()
        assert wait_estimate.expected_wait == pytest.approx(0.1 * 63)


def test_a_slow_first_page_is_soon_forgotten():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    with ExitStack() as queue:
        documents = [queue.enter_context(wait_estimate.queued()) for _ in range(100)]
        clock.now += 60
        documents[0].served()
        for document in documents[1:90]:
            clock.now += 0.1
            document.served()
        assert wait_estimate.expected_wait < 2


def test_idle_time_is_no_part_of_it():
    clock = Clock()
    wait_estimate = WaitEstimate(clock)
    for _ in range(20):
        with wait_estimate.queued() as document:
            clock.now += 0.1
            document.served()
        clock.now += 100
    with ExitStack() as queue:
        for _ in range(SHORT_QUEUE):
            queue.enter_context(wait_estimate.queued())
        assert wait_estimate.expected_wait == pytest.approx(0.1 * (SHORT_QUEUE + 1))
