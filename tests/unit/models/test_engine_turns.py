"""Who computes next where several models share a CPU."""

import threading
import time

from models.engine_turns import EngineTurns, PagesInWork, is_newcomers, work_of

LONG_ENOUGH = 10.0


def order_of(threads_in_line: str) -> list[int]:
    """Let threads queue behind one that computes, newcomers (N) and others (-), and tell in which order they go."""
    turns, served, threads = EngineTurns(1), [], []

    def compute(number: int, newcomer: bool) -> None:
        with work_of(newcomer=newcomer), turns:
            served.append(number)

    with turns:
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
        with turns:
            assert turns.free == 1
            raise ValueError
    except ValueError:
        assert turns.free == 2


def test_a_thread_that_says_nothing_is_a_newcomer_again_after_a_batch_that_was_none():
    turns = EngineTurns(1)
    with work_of(newcomer=False):
        pass
    with turns:
        late = threading.Thread(target=turns.__enter__)
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
