"""Who computes next where several models share a CPU."""

import threading
import time
from functools import partial

import pytest

from models.scheduling import core_turns
from models.scheduling.core_turns import EngineTurns, PagesInWork, work_of, works_for_newcomer

LONG_ENOUGH = 10.0


def order_of(threads_in_line: str) -> list[int]:
    """Let threads queue behind one that computes, newcomers (N) and others (-), and tell in which order they go."""
    turns, served, threads = EngineTurns(1), [], []

    def compute(number: int, newcomer: bool) -> None:
        with work_of(newcomer=newcomer), turns.of(1):
            served.append(number)

    with turns.of(1):
        for number, kind in enumerate(threads_in_line):
            threads.append(threading.Thread(target=compute, args=(number, kind == "N")))
            threads[-1].start()
            _until(lambda waiting=number + 1: turns.waiting == waiting)
        assert served == []
    for thread in threads:
        thread.join(LONG_ENOUGH)
    assert (turns.free, turns.waiting) == (1, 0)
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


def test_an_engine_that_fails_gives_its_turn_back():
    turns = EngineTurns(2)
    try:
        with turns.of(1):
            assert turns.free == 1
            raise ValueError
    except ValueError:
        assert turns.free == 2


def test_a_model_of_many_threads_waits_for_its_cores_and_is_not_put_off_by_those_of_one():
    turns, served, threads = EngineTurns(2), [], []

    def compute(name: str, cores: int) -> None:
        with turns.of(cores):
            served.append(name)

    with turns.of(1):
        for number, (name, cores) in enumerate((("wide", 2), ("narrow", 1))):
            threads.append(threading.Thread(target=compute, args=(name, cores)))
            threads[-1].start()
            _until(lambda waiting=number + 1: turns.waiting == waiting)
        assert (served, turns.free) == ([], 1)
    for thread in threads:
        thread.join(LONG_ENOUGH)
    assert (served, turns.free, turns.waiting) == (["wide", "narrow"], 2, 0)


def test_a_model_of_two_cores_is_passed_by_eight_newcomers_of_one():
    turns, served, threads = EngineTurns(2), [], []
    wide, narrow = turns.of(2), turns.of(1, 2)

    def compute(number: int) -> None:
        with work_of(newcomer=number > 0), wide if number == 0 else narrow:
            served.append(number)

    with turns.of(2):
        for number in range(12):
            threads.append(threading.Thread(target=compute, args=(number,)))
            threads[-1].start()
            _until(lambda waiting=number + 1: turns.waiting == waiting)
    for thread in threads:
        thread.join(LONG_ENOUGH)
    assert served.index(0) == 8
    assert turns.free == 2


def test_a_model_computes_no_more_batches_at_once_than_it_may_and_keeps_no_core_meanwhile():
    turns = EngineTurns(3)
    one_stream, other, computed = turns.of(1), turns.of(2), threading.Event()

    def compute() -> None:
        with one_stream:
            computed.set()

    second = threading.Thread(target=compute)
    with one_stream:
        second.start()
        _until(lambda: turns.waiting == 1)
        with other:
            assert turns.free == 0
        assert not computed.is_set()
    second.join(LONG_ENOUGH)
    assert computed.is_set()
    assert turns.free == 3


def test_an_interrupt_of_one_that_waits_loses_no_core(monkeypatch):
    turns = EngineTurns(1)
    model = turns.of(1)

    class Interrupted:
        calls = 0

        def acquire(self) -> None:
            self.calls += 1
            if self.calls > 1:  # the first is the waiter's own
                raise KeyboardInterrupt

        def release(self) -> None:
            """The turn came, and nobody takes it."""

    monkeypatch.setattr(core_turns, "_Waiter", partial(core_turns._Waiter, turn=Interrupted()))
    with pytest.raises(KeyboardInterrupt), model:
        pass
    assert (turns.free, turns.waiting) == (1, 0)
    monkeypatch.setattr(core_turns, "_Waiter", partial(core_turns._Waiter.func, turn=Interrupted()))
    turns.free = 0
    with pytest.raises(KeyboardInterrupt), model:
        pass
    assert (turns.free, turns.waiting) == (0, 0)


def test_models_compute_side_by_side_as_far_as_the_cores_go():
    turns = EngineTurns(3)
    with turns.of(1), turns.of(2):
        assert turns.free == 0
    with turns.of(8):
        assert turns.free == 0
    assert turns.free == 3


def test_a_thread_that_says_nothing_is_a_newcomer_again_after_a_batch_that_was_none():
    turns = EngineTurns(1)
    with work_of(newcomer=False):
        pass
    with turns.of(1):
        late = threading.Thread(target=turns.of(1).__enter__)
        late.start()
        _until(lambda: turns.waiting == 1)
        assert turns._waiting[0].newcomer
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
