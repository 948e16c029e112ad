"""Decode workers that are killed while they read."""

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import requests

from server.contracts.registry import OWN
from tests.contract.adapters import File, Outcome, adapter
from tests.contract.conftest import tiff
from tests.faults.conftest import FaultyServer
from tests.faults.contracts import Answer
from tests.faults.load import Tally, post_all
from tests.faults.pages import page, text_of

PAGES = 3
KILL_EVERY_SECONDS = 2.0
"""Longer than a worker takes to start: this is about workers that read."""


def frames(number: int) -> bytes:
    """A TIFF of pages that all say the same: TIFFs are read by workers."""
    image = cv2.imdecode(np.frombuffer(page(number), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return tiff([image] * PAGES)


def read_frames(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    contract = adapter(OWN)
    reply = contract.ask(url, File("frames.tiff", frames(number)), None, timeout, session)
    outcome = contract.outcome(reply)
    if outcome is not Outcome.READ:
        return Answer(outcome, None, f"{contract.name} {reply.code}")
    texts = reply.text.split()
    assert len(texts) == PAGES
    wrong = [text for text in texts if text != text_of(number)]
    return Answer(outcome, wrong[0] if wrong else texts[0])


def workers(pid: int) -> list[int]:
    """The decode workers of a server."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in (task / "children").read_text().split() if is_worker(child)]
    return found


def is_worker(pid: str) -> bool:
    return b"server.decode.workers.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()


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
