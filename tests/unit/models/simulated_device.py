"""A device whose time is counted and not measured: every launch has a fixed cost, and a cost for each pixel.

Each model has a stream of its own; streams work side by side, and each runs one launch at a time. A launch ends when
the rest of the pipeline has come to rest: all that could have been queued meanwhile is queued. So the batches that form
are those of a device that is slower than everything around it, on any machine.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.engines.fake import ModelFunction, reads, text_in
from models.pipeline import OcrPipeline
from tests.unit.models.fake_pipeline import CHARACTERS, FakeModels

LAUNCH_COST, PIXEL_COST = 1.0, 1e-6
PATIENCE_SECONDS = 60.0
REST_SECONDS, RESTS = 0.001, 6
LINES = ((0.1, 0.1, 0.3, 0.2), (0.1, 0.3, 0.6, 0.4), (0.1, 0.5, 0.75, 0.6), (0.05, 0.7, 0.95, 0.8))
"""Four lines of several widths: those of one page alone do not fit into one launch."""
BLANK = 128
"""Level of rows that only fill a batch up: 0 after normalisation. No page has it."""


@dataclass(frozen=True, eq=False)
class Launch:
    """One batch on the device.

    Attributes:
        model: whose batch it is.
        shape: of the batch.
        levels: grey level of the first pixel of each item that is not blank, 0..255: tells pages of one colour apart.
        ends: device time at which it is through.
    """

    model: str
    shape: tuple[int, ...]
    levels: tuple[int, ...]
    ends: float
    done: threading.Event = field(default_factory=threading.Event)


class SimulatedDevice:
    """Runs launches as they come and ends them when it is told to, the earliest first.

    Attributes:
        finished: launches that ended.
        time: at which the last of them ended.
        arrived: launches so far.
        only: a model whose launches end while those of the others go on; None for all.
    """

    def __init__(self) -> None:
        self.finished: list[Launch] = []
        self.time = 0.0
        self.arrived = 0
        self.only: str | None = None
        self._running: list[Launch] = []
        self._switched_off = False
        self._ended = asyncio.Event()

    def models(self) -> FakeModels:
        """Detector and recogniser on this device, for `fake_pipeline`."""
        return FakeModels(
            detection=self._on_device("detection", text_in(*LINES)),
            recognition=self._on_device("recognition", reads((1, 2, 5), len(CHARACTERS) + 2)),
        )

    def launches(self, model: str) -> list[Launch]:
        return [launch for launch in self.finished if launch.model == model]

    @contextmanager
    def running(self, pipeline: OcrPipeline) -> Iterator[None]:
        """Finish launches, one whenever everything else has come to rest, until the block ends."""
        operator = asyncio.ensure_future(self._operate(pipeline))
        try:
            yield
        finally:
            operator.cancel()
            self._switched_off = True
            for launch in self._running:
                launch.done.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that only a launch's end can bring about."""
        while not condition():
            self._ended.clear()
            await self._ended.wait()

    async def rest(self, pipeline: OcrPipeline) -> None:
        """Wait until the pipeline does nothing more before a launch ends."""
        seen, calm = None, 0
        while calm < RESTS:
            await asyncio.sleep(REST_SECONDS)
            stages = pipeline.stats().values()
            now = (self.arrived, [(stats.jobs, stats.batches, queued) for stats, queued in stages])
            calm = calm + 1 if now == seen and self._running else 0
            seen = now

    async def _operate(self, pipeline: OcrPipeline) -> None:
        while True:
            await self.rest(pipeline)
            due = [launch for launch in self._running if self.only in (None, launch.model)]
            if due:
                self._end(min(due, key=lambda launch: launch.ends))

    def _end(self, launch: Launch) -> None:
        self._running.remove(launch)
        self.time = launch.ends
        self.finished.append(launch)
        launch.done.set()
        self._ended.set()

    def _on_device(self, model: str, answer: ModelFunction) -> ModelFunction:
        def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
            cost = LAUNCH_COST + PIXEL_COST * batch.shape[0] * batch.shape[2] * batch.shape[3]
            launch = Launch(model, batch.shape, levels_of(batch), self.time + cost)
            self._running.append(launch)
            self.arrived += 1
            if not self._switched_off:
                assert launch.done.wait(PATIENCE_SECONDS), "nobody operates the device"
            return answer(batch)

        return run


async def by_clients(count: int, pages: int, read: Callable[[int], Awaitable[object]]) -> None:
    """Read so many pages with so many clients, each asking for its next when the last was answered."""
    numbers = iter(range(pages))

    async def client() -> None:
        for number in numbers:
            await read(number)

    await asyncio.gather(*(client() for _ in range(count)))


def levels_of(batch: NDArray[np.float32]) -> tuple[int, ...]:
    """Undo the recogniser's normalisation of each item's first pixel."""
    values = (float(item[0, 0, 0]) for item in batch)
    levels = [round(value if batch.dtype == np.uint8 else (value * 0.5 + 0.5) * 255) for value in values]
    return tuple(level for level in levels if level != BLANK)
