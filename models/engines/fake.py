"""An engine for tests: answers by a function and misbehaves on command.

It has no entry in the registry, so no configuration can reach it; a test opens it under a name of its own with
`models.engines.base.registered_engine`, or hands it to a stage.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from threading import Event

import numpy as np
from numpy.typing import NDArray

from models.engines.base import DEVICE_BATCH_SIZES
from models.errors import EngineFailure, OutOfDeviceMemory

Answer = Callable[[NDArray[np.float32]], NDArray[np.float32]]

LONGEST_HANG_S = 60.0
"""A forgotten `FakeEngine.release` fails its test instead of stopping all of them."""


class Fault(Enum):
    """What a run can do instead of answering."""

    RAISE = auto()
    """Raise EngineFailure."""
    CRASH = auto()
    """Raise an exception that the Engine protocol does not know."""
    OUT_OF_MEMORY = auto()
    """Raise OutOfDeviceMemory."""
    NAN = auto()
    """Answer with NaN everywhere."""
    WRONG_COUNT = auto()
    """Answer without the last row."""
    HANG = auto()
    """Wait for `FakeEngine.release`, then answer."""


class FakeEngine:
    """A deterministic engine.

    Args:
        answer: maps a batch to the model's output.

    Attributes:
        shapes: shape of every batch so far, in order.
        closed: whether `close` was called.
        hanging: set while a run waits for `release`.
    """

    name = "fake"
    device = "cpu"
    batch_sizes: tuple[int, ...] = DEVICE_BATCH_SIZES

    def __init__(self, answer: Answer) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.closed = False
        self.hanging = Event()
        self._answer = answer
        self._faults: deque[Fault] = deque()
        self._released = Event()

    def inject(self, *faults: Fault) -> None:
        """Let the next runs misbehave, one fault a run."""
        self._faults.extend(faults)

    def release(self) -> None:
        """Let the run that hangs answer."""
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
        return _spoiled(self._answer(batch), fault)

    def twin(self) -> "FakeEngine | None":
        """See `Engine.twin`: a fake device runs one batch at a time."""
        return None

    def close(self) -> None:
        """See `Engine.close`."""
        self.closed = True

    def _hang(self) -> None:
        self.hanging.set()
        answered = self._released.wait(LONGEST_HANG_S)
        self._released.clear()
        self.hanging.clear()
        if not answered:
            raise EngineFailure("The fake engine was never released.")


def _spoiled(output: NDArray[np.float32], fault: Fault | None) -> NDArray[np.float32]:
    if fault is Fault.NAN:
        return np.full_like(output, np.nan)
    return output[:-1] if fault is Fault.WRONG_COUNT else output


def echo(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Answer with the input: an unwarping model that finds every page flat."""
    return batch.copy()


def always_class(index: int, classes: int) -> Answer:
    """A classifier that is sure of one class."""
    return lambda batch: np.tile(np.eye(classes, dtype=np.float32)[index], (len(batch), 1))


def text_in(*boxes: tuple[float, float, float, float]) -> Answer:
    """A detector that finds text in the same places of every page.

    Args:
        boxes: left, top, right, bottom as fractions of the page's sides.
    """

    def answer(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        count, _, height, width = batch.shape
        output = np.zeros((count, 1, height, width), np.float32)
        for left, top, right, bottom in boxes:
            output[:, :, round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = 1
        return output

    return answer


def reads(indices: tuple[int, ...], classes: int) -> Answer:
    """A recogniser that reads the same classes, with a blank after each, on every line of at least 16 px a class."""

    def answer(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        output = np.zeros((len(batch), batch.shape[3] // 8, classes), np.float32)
        steps = np.zeros(output.shape[1], np.intp)
        steps[: 2 * len(indices) : 2] = indices
        output[:, np.arange(len(steps)), steps] = 1
        return output

    return answer
