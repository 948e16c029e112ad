"""Who computes next where several models share a CPU."""

import threading
import time

from models.engine_turns import EngineTurns, PagesInWork, is_newcomers, work_of

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
        late = threading.Thread(target=turns.take, args=(1,))
        late.start()
        _until(lambda: turns.waiting == 1)
        assert turns._waiting[0].newcomer
    late.join(LONG_ENOUGH)


def test_a_page_is_a_newcomers_while_its_flow_has_no_other_in_work():
    pages = PagesInWork()
    with pages.page_of("document"):
        assert is_newcomers()
        with pages.page_of("document"):
            assert not is_newcomers()
            with pages.page_of("receipt"), pages.page_of(None), pages.page_of(None):
                assert is_newcomers()
    with pages.page_of("document"):
        assert is_newcomers()
