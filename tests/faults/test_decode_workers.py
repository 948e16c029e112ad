"""Decode workers that are killed while they read."""

import os
import random
import signal
import threading
from contextlib import suppress

from tests.faults.conftest import FaultyServer
from tests.faults.decode_workers import read_frames, workers
from tests.faults.load import Tally, post_all

KILL_EVERY_SECONDS = 1.0
"""On average. So workers are struck while they start, too."""


def test_workers_that_are_killed_cost_nobody_an_answer(faulty: FaultyServer):
    tally, over, killed, chance = Tally(), threading.Event(), 0, random.Random(9)

    def kill() -> None:
        nonlocal killed
        while not over.wait(chance.uniform(0, 2 * KILL_EVERY_SECONDS)):
            alive = workers(faulty.process.pid)
            with suppress(ProcessLookupError, IndexError):
                os.kill(chance.choice(alive), signal.SIGKILL)
                killed += 1

    killer = threading.Thread(target=kill)
    killer.start()
    post_all(faulty.url, range(80), 8, tally, read_frames)
    over.set()
    killer.join()
    tally.check(f"{killed} workers killed")
    assert killed
    # A file whose worker is killed goes to another one, also where that is killed while it starts.
    assert not tally.failed
