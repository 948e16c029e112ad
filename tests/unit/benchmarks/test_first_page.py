"""Tests of benchmarks/first_page.py: the longest silence on a terminal, and which bars are missed."""

import os
import pty
import threading
import time

from benchmarks.first_page import longest_wait, missed

MET = {
    "one_page_alone": 1.0,
    "receipt_p95_idle": 0.1,
    "first_page_stream": 3.9,
    "receipt_p95_beside_stream": 0.3,
    "first_page_events": 3.9,
    "receipt_p95_beside_events": 0.3,
    "longest_silence": 2.0,
}


def test_each_bar_that_is_missed_is_told() -> None:
    assert missed(MET) == []
    assert [line.split(":")[0] for line in missed(MET | {"first_page_events": 4.0})] == ["events"]
    assert [line.split(":")[0] for line in missed(MET | {"receipt_p95_beside_stream": 0.31})] == ["stream"]
    assert missed(MET | {"longest_silence": 2.1}) == ["the command line is silent for 2.1 s; the bar is 2 s"]


def test_the_longest_wait_is_the_one_between_two_outputs() -> None:
    ours, terminal = pty.openpty()

    def write() -> None:
        for pause in (0.0, 0.4, 0.0):
            time.sleep(pause)
            os.write(terminal, b"x")
        os.close(terminal)

    writing = threading.Thread(target=write)
    writing.start()
    longest = longest_wait(ours)
    writing.join()
    os.close(ours)
    assert longest >= 0.35
