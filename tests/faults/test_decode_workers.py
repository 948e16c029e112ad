"""Decode workers that are killed while they read."""

import os
import signal
import threading
from contextlib import suppress

from tests.faults.conftest import FaultyServer
from tests.faults.decode_workers import read_frames, workers
from tests.faults.load import Tally, post_all

KILL_EVERY_SECONDS = 2.0
"""Longer than a worker takes to start: this is about workers that read."""


def test_workers_that_are_killed_cost_nobody_an_answer(faulty: FaultyServer):
    tally, over, killed = Tally(), threading.Event(), 0

    def kill() -> None:
        nonlocal killed
        while not over.wait(KILL_EVERY_SECONDS):
            for pid in workers(faulty.process.pid)[:1]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1

    killer = threading.Thread(target=kill)
    killer.start()
    post_all(faulty.url, range(80), 8, tally, read_frames)
    over.set()
    killer.join()
    tally.check(f"{killed} workers killed")
    assert killed
    # A job whose worker dies goes to a second one; only who is struck twice fails, as a file that kills workers (422)
    # or, where the second one was struck at its start, as one that may come again (503).
    assert set(tally.failed) <= {"paddlex 422", "paddlex 503"}
    assert sum(tally.failed.values()) <= killed // 2
