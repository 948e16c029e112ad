"""A replica on the fake engine, whose fate is decided by the brightness of the page.

Black pages kill it, dark grey ones hang its engine, grey ones fail, light grey ones take
half a second, and all others are read. A file named by
``FAULT_FILE`` says what is wrong with its start.
"""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np

from models.engines.base import registered_engine
from models.errors import EngineFailure, EngineUnavailable
from models.loader import build_pipeline
from server.replicas import worker
from tests.unit.models.fake_pipeline import LINES, FakeModels, text_in

DEADLY, HANGING, FAILING, SLOW, GOOD = 0, 60, 120, 180, 255
SLOW_LEVEL = 1.0
"""Where normalised levels of slow pages begin."""
FAULT_FILE = "FAKE_WORKER_FAULT"
REFUSE, DIE = "refuse", "die"


def detect(batch: np.ndarray) -> np.ndarray:
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
    fault = Path(os.environ.get(FAULT_FILE, "/nonexistent"))
    what = fault.read_text() if fault.exists() else ""
    if what == REFUSE:
        raise EngineUnavailable("The device is on fire.")
    if what == DIE:
        os._exit(3)
    return build_pipeline(*arguments)


if __name__ == "__main__":
    worker.build_pipeline = faulty_build
    with registered_engine("fake", FakeModels(detection=detect).open):
        worker.main()
