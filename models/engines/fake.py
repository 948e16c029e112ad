"""An engine for tests. A function computes its output, and it fails on command.

It has no entry in the registry, so no configuration can reach it. A test registers it under a name with
`models.engines.base.registered_engine`, or gives it to a stage.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from threading import Event

import numpy as np
from numpy.typing import NDArray

from models.engines.base import DEVICE_BATCH_SIZES
from models.errors import EngineFailure, OutOfDeviceMemory

ModelFunction = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Maps a batch to the output of a model."""

LONGEST_HANG_S = 60.0
"""After this time a run that hangs fails, so a test without `FakeEngine.release` does not block the others."""


class Fault(Enum):
    """A way in which a run can fail."""

    RAISE = auto()
    """Raise EngineFailure."""
    CRASH = auto()
    """Raise an exception that the Engine protocol does not know."""
    OUT_OF_MEMORY = auto()
    """Raise OutOfDeviceMemory."""
    NAN = auto()
    """Give NaN everywhere."""
    WRONG_COUNT = auto()
    """Give the output without its last row."""
    HANG = auto()
    """Wait for `FakeEngine.release`, then give the output."""


class FakeEngine:
    """A deterministic engine.

    Args:
        function: maps a batch to the model's output.

    Attributes:
        shapes: shape of every batch so far, in order.
        closed: whether `close` was called.
        hanging: set while a run waits for `release`.
    """

    name = "fake"
    device = "cpu"
    batch_sizes: tuple[int, ...] = DEVICE_BATCH_SIZES

    def __init__(self, function: ModelFunction) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.closed = False
        self.hanging = Event()
        self._function = function
        self._faults: deque[Fault] = deque()
        self._released = Event()

    def inject(self, *faults: Fault) -> None:
        """Let the next runs fail, with one fault for each run."""
        self._faults.extend(faults)

    def release(self) -> None:
        """Let the run that hangs go on."""
        self._released.set()

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self.closed:
            raise EngineFailure("The fake engine is closed.")
        self.shapes.append(batch.shape)
        fault = self._faults.popleft() if self._faults else None
        if fault is Fault.RAISE:
            raise EngineFailure("The fake engine was told to fail.")
        if fault is Fault.OUT_OF_MEMORY:
            raise OutOfDeviceMemory("The fake engine was told to be full.")
        if fault is Fault.CRASH:
            raise MemoryError("The fake engine was told to crash.")
        if fault is Fault.HANG:
            self._hang()
        return _spoiled(self._function(batch), fault)

    def twin(self) -> "FakeEngine | None":
        """See `Engine.twin`. A fake device runs one batch at a time."""
        return None

    def close(self) -> None:
        """See `Engine.close`."""
        self.closed = True

    def _hang(self) -> None:
        self.hanging.set()
        released = self._released.wait(LONGEST_HANG_S)
        self._released.clear()
        self.hanging.clear()
        if not released:
            raise EngineFailure("The fake engine was never released.")


def _spoiled(output: NDArray[np.float32], fault: Fault | None) -> NDArray[np.float32]:
    if fault is Fault.NAN:
        return np.full_like(output, np.nan)
    return output[:-1] if fault is Fault.WRONG_COUNT else output


def echo(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the input as the output, like an unwarping model that finds every page flat."""
    return batch.copy()


def always_class(index: int, classes: int) -> ModelFunction:
    """A classifier that is always sure of one class."""
    return lambda batch: np.tile(np.eye(classes, dtype=np.float32)[index], (len(batch), 1))


def text_in(*boxes: tuple[float, float, float, float]) -> ModelFunction:
    """A detector that finds text in the same places on every page.

    Args:
        boxes: left, top, right, bottom as fractions of the page's sides.
    """

    def detect(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        count, _, height, width = batch.shape
        output = np.zeros((count, 1, height, width), np.float32)
        for left, top, right, bottom in boxes:
            output[:, :, round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = 1
        return output

    return detect


def reads(indices: tuple[int, ...], classes: int) -> ModelFunction:
    """A recogniser that reads the same classes on every line, with a blank after each. A class needs 16 px of width."""

    def recognise(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        output = np.zeros((len(batch), batch.shape[3] // 8, classes), np.float32)
        steps = np.zeros(output.shape[1], np.intp)
        steps[: 2 * len(indices) : 2] = indices
        output[:, np.arange(len(steps)), steps] = 1
        return output

    return recognise
