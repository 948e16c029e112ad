"""Several models share a CPU, and one of them computes next."""

import threading
import time
from functools import partial

import pytest

from models.scheduling import core_scheduler
from models.scheduling.core_scheduler import CoreScheduler, PagesInWork, work_of, works_for_newcomer

LONG_ENOUGH = 10.0


def order_of(threads_in_line: str) -> list[int]:
    """Let threads queue behind one that computes, newcomers (N) and others (-), and tell in which order they go."""
    scheduler, served, threads = CoreScheduler(1), [], []

    def compute(number: int, newcomer: bool) -> None:
        with work_of(newcomer=newcomer), scheduler.permit(1):
            served.append(number)

    with scheduler.permit(1):
        for number, kind in enumerate(threads_in_line):
            threads.append(threading.Thread(target=compute, args=(number, kind == "N")))
            threads[-1].start()
            _until(lambda waiting=number + 1: scheduler.waiting == waiting)
        assert served == []
    for thread in threads:
        thread.join(LONG_ENOUGH)
    assert (scheduler.free, scheduler.waiting) == (1, 0)
    return served


def _until(condition) -> None:
    end = time.monotonic() + LONG_ENOUGH
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_newcomers_go_first_and_in_their_order():
    assert order_of("--N-N") == [2, 4, 0, 1, 3]


def test_among_equals_the_first_goes_first():
    assert order_of("NNN") == [0, 1, 2]
    assert order_of("---") == [0, 1, 2]


def test_whoever_was_passed_four_times_goes_next():
    assert order_of("--NNNNNN") == [2, 3, 4, 5, 0, 6, 7, 1]


def test_an_engine_that_fails_gives_its_cores_back():
    scheduler = CoreScheduler(2)
    try:
        with scheduler.permit(1):
            assert scheduler.free == 1
            raise ValueError
    except ValueError:
        assert scheduler.free == 2


def test_a_model_of_many_threads_waits_for_its_cores_and_is_not_put_off_by_those_of_one():
    scheduler, served, threads = CoreScheduler(2), [], []

    def compute(name: str, cores: int) -> None:
        with scheduler.permit(cores):
            served.append(name)

    with scheduler.permit(1):
        for number, (name, cores) in enumerate((("wide", 2), ("narrow", 1))):
            threads.append(threading.Thread(target=compute, args=(name, cores)))
            threads[-1].start()
            _until(lambda waiting=number + 1: scheduler.waiting == waiting)
        assert (served, scheduler.free) == ([], 1)
    for thread in threads:
        thread.join(LONG_ENOUGH)
    assert (served, scheduler.free, scheduler.waiting) == (["wide", "narrow"], 2, 0)


def test_a_model_of_two_cores_is_passed_by_eight_newcomers_of_one():
    scheduler, served, threads = CoreScheduler(2), [], []
    wide, narrow = scheduler.permit(2), scheduler.permit(1, 2)

    def compute(number: int) -> None:
        with work_of(newcomer=number > 0), wide if number == 0 else narrow:
            served.append(number)

    with scheduler.permit(2):
        for number in range(12):
            threads.append(threading.Thread(target=compute, args=(number,)))
            threads[-1].start()
            _until(lambda waiting=number + 1: scheduler.waiting == waiting)
    for thread in threads:
        thread.join(LONG_ENOUGH)
    assert served.index(0) == 8
    assert scheduler.free == 2


def test_a_model_computes_no_more_batches_at_once_than_it_may_and_keeps_no_core_meanwhile():
    scheduler = CoreScheduler(3)
    one_stream, other, computed = scheduler.permit(1), scheduler.permit(2), threading.Event()

    def compute() -> None:
        with one_stream:
            computed.set()

    second = threading.Thread(target=compute)
    with one_stream:
        second.start()
        _until(lambda: scheduler.waiting == 1)
        with other:
            assert scheduler.free == 0
        assert not computed.is_set()
    second.join(LONG_ENOUGH)
    assert computed.is_set()
    assert scheduler.free == 3


def test_an_interrupt_of_one_that_waits_loses_no_core(monkeypatch):
    scheduler = CoreScheduler(1)
    model = scheduler.permit(1)

    class Interrupted:
        calls = 0

        def acquire(self) -> None:
            self.calls += 1
            if self.calls > 1:  # the first is the waiter's own
                raise KeyboardInterrupt

        def release(self) -> None:
            """The cores are granted, and no thread takes them."""

    monkeypatch.setattr(core_scheduler, "_Waiter", partial(core_scheduler._Waiter, granted=Interrupted()))
    with pytest.raises(KeyboardInterrupt), model:
        pass
    assert (scheduler.free, scheduler.waiting) == (1, 0)
    monkeypatch.setattr(core_scheduler, "_Waiter", partial(core_scheduler._Waiter.func, granted=Interrupted()))
    scheduler.free = 0
    with pytest.raises(KeyboardInterrupt), model:
        pass
    assert (scheduler.free, scheduler.waiting) == (0, 0)


def test_models_compute_side_by_side_as_far_as_the_cores_go():
    scheduler = CoreScheduler(3)
    with scheduler.permit(1), scheduler.permit(2):
        assert scheduler.free == 0
    with scheduler.permit(8):
        assert scheduler.free == 0
    assert scheduler.free == 3


def test_a_thread_that_says_nothing_is_a_newcomer_again_after_a_batch_that_was_none():
    scheduler = CoreScheduler(1)
    with work_of(newcomer=False):
        pass
    with scheduler.permit(1):
        late = threading.Thread(target=scheduler.permit(1).__enter__)
        late.start()
        _until(lambda: scheduler.waiting == 1)
        assert scheduler._waiting[0].newcomer
    late.join(LONG_ENOUGH)


def test_a_page_is_a_newcomers_while_its_flow_has_no_other_in_work():
    pages = PagesInWork()
    with pages.page_of("document"):
        assert works_for_newcomer()
        with pages.page_of("document"):
            assert not works_for_newcomer()
            with pages.page_of("receipt"), pages.page_of(None), pages.page_of(None):
                assert works_for_newcomer()
    with pages.page_of("document"):
        assert works_for_newcomer()
