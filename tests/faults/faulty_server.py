"""``ppocr-server`` with faults: its engines, its disk and its clock misbehave as files in a directory tell them.

Only tests start it; the server itself has no switch for any of this. The directory is in the environment variable
``FAULTS``. A file ``<stage>.<fault>.<anything>`` spoils one batch of the stage ``det`` or ``rec`` and is deleted by it;
``fsync`` holds the seconds that every write to the disk takes; while ``full`` is there the disk has no room for what
is written, and while ``readonly`` is there no file can be made; ``clock`` holds the seconds that the clock is off.
"""

import errno
import os
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.engines.base import Engine, EngineOpener, EngineOptions
from models.errors import EngineFailure

FAULTS = Path(os.environ["FAULTS"])
LONGEST_HANG_S = 60.0

Batch = NDArray[np.float32]


class ThreadEnds(BaseException):
    """No engine raises this, and nothing but a thread's end follows it."""


class FaultyEngine:
    """A real engine that does as it is told before it does its work."""

    def __init__(self, inner: Engine, stage: str) -> None:
        self._inner, self._stage = inner, stage
        self.name, self.device, self.batch_sizes = inner.name, inner.device, inner.batch_sizes

    def run(self, batch: Batch) -> Batch:
        fault = self._next_fault()
        if fault == "raise":
            raise EngineFailure("told to fail")
        if fault == "crash":
            raise MemoryError("told to crash")
        if fault == "end":
            raise ThreadEnds
        if fault == "hang":
            self._hang()
        output = self._inner.run(batch)
        if fault == "nan":
            return np.full_like(output, np.nan)
        return output[:-1] if fault == "count" else output

    def twin(self) -> "FaultyEngine | None":
        twin = self._inner.twin()
        return None if twin is None else FaultyEngine(twin, self._stage)

    def close(self) -> None:
        self._inner.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def _next_fault(self) -> str | None:
        """Take one of the files; whoever deletes it has it."""
        for path in FAULTS.glob(f"{self._stage}.*"):
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            return path.name.split(".")[1]
        return None

    def _hang(self) -> None:
        """Until the file ``release`` is there."""
        end = time.monotonic() + LONGEST_HANG_S
        (FAULTS / "hanging").touch()
        while time.monotonic() < end and not (FAULTS / "release").exists():
            threading.Event().wait(0.02)


def faulty(opener: EngineOpener) -> EngineOpener:
    def open_model(directory: Path, options: EngineOptions) -> Engine:
        stage = next((stage for stage in ("det", "rec") if f"_{stage}" in directory.name), "other")
        return FaultyEngine(opener(directory, options), stage)

    return open_model


def number(name: str) -> float:
    path = FAULTS / name
    return float(path.read_text() or 0) if path.exists() else 0.0


def slow(fsync: Callable[[int], None]) -> Callable[[int], None]:
    def slow_fsync(descriptor: int) -> None:
        threading.Event().wait(number("fsync"))
        if (FAULTS / "full").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    return slow_fsync


def refusing(opener: Callable[..., int]) -> Callable[..., int]:
    def open_unless_readonly(path: object, flags: int, *rest: object, **named: object) -> int:
        if flags & os.O_CREAT and (FAULTS / "readonly").exists():
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opener(path, flags, *rest, **named)

    return open_unless_readonly


def main() -> None:
    real_time, real_fsync = time.time, os.fsync
    os.open = refusing(os.open)
    time.time = lambda: real_time() + number("clock")
    os.fsync = slow(real_fsync)
    for library in ("onnxruntime", "openvino"):
        if find_spec(library):
            module = import_module(f"models.engines.{'onnx' if library == 'onnxruntime' else library}")
            module.open_model = faulty(module.open_model)
    from server.cli import main as serve  # noqa: PLC0415

    serve()
