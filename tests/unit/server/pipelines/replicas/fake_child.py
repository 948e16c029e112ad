"""A replica on the fake engine, whose fate is decided by the brightness of the page.

Black pages kill it, dark grey ones hang its engine, grey ones fail, light grey ones take
half a second, and all others are read. A file named by
``FAULT_FILE`` says what is wrong with its start, its device or its models.
"""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np

from models.engines.base import registered_engine
from models.errors import DeviceLost, EngineFailure, EngineUnavailable, ModelNotInstalled
from models.loader import build_pipeline
from server.pipelines.replicas import child
from tests.unit.models.fake_pipeline import LINES, FakeModels, text_in

DEADLY, HANGING, FAILING, SLOW, GOOD = 0, 60, 120, 180, 255
SLOW_LEVEL = 1.0
"""Normalised levels of slow pages begin here."""
FAULT_FILE = "FAKE_WORKER_FAULT"
REFUSE, DIE, MISCONFIGURED = "refuse", "die", "misconfigured"
BREAK, LOSE, OPEN_SLOWLY = "break", "lose", "open slowly"
SLOW_OPENING_SECONDS = 3.0


def fault() -> str:
    file = Path(os.environ.get(FAULT_FILE, "/nonexistent"))
    return file.read_text() if file.exists() else ""


broken = threading.Event()
"""A device that broke stays so until its process ends."""


def detect(batch: np.ndarray) -> np.ndarray:
    if fault() == BREAK:
        broken.set()
    if fault() == LOSE:
        raise DeviceLost("The device answers nothing any more.")
    if broken.is_set():
        raise EngineFailure("The device's context is lost.")
    level = float(batch.mean(axis=(1, 2, 3)).min())
    if level < -1.5:
        os.kill(os.getpid(), signal.SIGKILL)
    if level < -0.5:
        threading.Event().wait()
    if level > SLOW_LEVEL and level < SLOW_LEVEL + 0.5:
        time.sleep(0.5)
    if level < 0.5:
        raise EngineFailure("The page is too grey.")
    return text_in(*LINES)(batch)


def faulty_build(*arguments):
    what = fault()
    if what == REFUSE:
        raise EngineUnavailable("The device is on fire.")
    if what == MISCONFIGURED:
        raise ModelNotInstalled("There is no such model.")
    if what == DIE:
        os._exit(3)
    return build_pipeline(*arguments)


class SlowModels(FakeModels):
    """Models that may take long to open."""

    def open(self, *arguments):
        if fault() == OPEN_SLOWLY:
            time.sleep(SLOW_OPENING_SECONDS)
        return super().open(*arguments)


if __name__ == "__main__":
    child.build_pipeline = faulty_build
    with registered_engine("fake", SlowModels(detection=detect).open):
        child.main()
