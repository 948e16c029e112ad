"""The only way to a device: a queue that batches across requests.

Work-conserving: an idle lane takes what is waiting at once, and while every lane works the queue grows - that is the
batching. There is no timer, no polling and no background task: a batch starts when a job arrives at an idle lane or
when a lane becomes free. Everything but the lanes' own work runs on the event loop's thread.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from models.errors import DeadlineExceeded, EngineFailure, OutOfDeviceMemory, PipelineStopped
from models.scheduling.core_turns import is_newcomers, work_of
from models.scheduling.fair_queue import FairQueue, Turn

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Output = TypeVar("Output")

Lane = Callable[[list[Item]], list[Output]]
"""Runs one batch of items of equal key, in a thread of its own; one output per item, in order."""

_Failure = EngineFailure | PipelineStopped

_Outputs = list[Output | EngineFailure]
"""One entry an item: what the lane gave, or why it gave nothing."""


@dataclass(slots=True)
class BatcherStats:
    """Counters since start, for metrics. ``shared_batches`` hold items of two or more flows.

    ``memory_cuts`` counts how often batches were made smaller because the device had no room for one.
    """

    jobs: int = 0
    batches: int = 0
    shared_batches: int = 0
    failures: int = 0
    dropped: int = 0
    memory_cuts: int = 0
    cost: int = 0
    run_seconds: float = 0.0
    wait_seconds: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Job(Generic[Item, Output]):
    # Event loop logs may show a job: what it holds of a document stays out of its text.
    item: Item = field(repr=False)
    cost: int
    flow: Hashable = field(repr=False)
    deadline: float | None
    newcomer: bool
    arrived: float
    result: "asyncio.Future[Output]" = field(repr=False)


class Batcher(Generic[Item, Output]):
    """One stage's queue in front of its lanes.

    Args:
        name: stage name, for threads and errors.
        lanes: one callable per engine instance; each is only ever called from its own thread.
        max_items: most items in one batch.
        max_cost: most cost (padded pixels) in one batch; a single item may exceed it.
        kept_lanes: lanes that batches without a newcomer (see `models.scheduling.core_turns`) leave free: a lane whose
            batch waits for its turn on the processor cannot run one that would be passed in front of it.
    """

    def __init__(
        self,
        name: str,
        lanes: Sequence[Lane[Item, Output]],
        *,
        max_items: int,
        max_cost: int = sys.maxsize,
        kept_lanes: int = 0,
    ) -> None:
        self.name = name
        self.stats = BatcherStats()
        self._most_older = len(lanes) - kept_lanes
        self._older = 0
        self._max_items, self._max_cost = max_items, max_cost
        self._idle = [(lane, ThreadPoolExecutor(1, f"{name}-{number}")) for number, lane in enumerate(lanes)]
        self._executors = [executor for _, executor in self._idle]
        self._queue: FairQueue[_Job[Item, Output]] = FairQueue()
        self._running: dict[asyncio.Future[_Ran[Output]], float] = {}
        self._closed = False

    @property
    def queued(self) -> int:
        """Jobs that wait for a lane."""
        return len(self._queue)

    @property
    def longest_run_seconds(self) -> float:
        """How long the oldest batch that is running now has been running; 0 where none is."""
        return time.monotonic() - min(self._running.values()) if self._running else 0.0

    async def submit(
        self,
        items: Sequence[Item],
        *,
        key: Hashable,
        cost: int,
        flow: Hashable = None,
        deadline: float | None = None,
        turn: Turn | None = None,
    ) -> list[Output]:
        """Queue items and wait for their outputs. Cancelling the wait drops the items that have not started.

        All are queued before the first can start, so items of one call share batches as far as the limits allow.

        Args:
            items: what the lane takes, one entry a job.
            key: items share a batch only if their keys are equal.
            cost: what each item costs the device, in padded pixels.
            flow: the request they belong to; flows share the device equally.
            deadline: event loop time after which an item is dropped instead of run.
            turn: of the page, where its items come in several calls; else the items of this call are a page.

        Returns:
            One output an item, in order.

        Raises:
            DeadlineExceeded: the deadline passed while an item waited.
            EngineFailure: the engine failed on one of these items.
            PipelineStopped: the batcher is closed.
        """
        if self._closed:
            raise PipelineStopped(f"Stage '{self.name}' is closed.")
        loop, now = asyncio.get_running_loop(), time.monotonic()
        due, newcomer = turn or Turn(cost * len(items)), is_newcomers()
        results: list[asyncio.Future[Output]] = []
        for item in items:
            job: _Job[Item, Output] = _Job(item, cost, flow, deadline, newcomer, now, loop.create_future())
            withdraw = self._queue.push(job, key=key, cost=cost, flow=flow, turn=due, urgent=newcomer)
            job.result.add_done_callback(partial(self._forget, withdraw))
            results.append(job.result)
        self.stats.jobs += len(results)
        self._pump()
        return await _all_or_none(results)

    async def close(self) -> None:
        """Fail what waits, let running batches finish, end the threads."""
        self._closed = True
        for job in self._queue.clear():
            if not job.result.done():
                job.result.set_exception(PipelineStopped(f"Stage '{self.name}' is closed."))
        await asyncio.gather(*self._running, return_exceptions=True)
        for executor in self._executors:
            executor.shutdown()

    def _pump(self) -> None:
        """Start batches while there are an idle lane and a job that is still wanted."""
        while self._idle:
            only_newcomers = self._older >= self._most_older
            taken = self._queue.pop_batch(self._max_items, self._max_cost, urgent=only_newcomers)
            if not taken:
                return
            batch = [job for job in taken if self._wanted(job)]
            if batch:
                self._start(batch)

    def _wanted(self, job: _Job[Item, Output]) -> bool:
        """Whether anyone still waits for a job; an expired one is told so."""
        expired = job.deadline is not None and asyncio.get_running_loop().time() > job.deadline
        if expired and not job.result.done():
            job.result.set_exception(DeadlineExceeded(f"The deadline passed before stage '{self.name}' ran."))
        self.stats.dropped += job.result.done()
        return not job.result.done()

    def _forget(self, withdraw: Callable[[], bool], _result: "asyncio.Future[Output]") -> None:
        """Let go of a job that is over; where it still waited, its caller has left."""
        self.stats.dropped += withdraw()

    def _start(self, batch: list[_Job[Item, Output]]) -> None:
        lane, executor = self._idle.pop()
        now = time.monotonic()
        items = [job.item for job in batch]
        newcomer = any(job.newcomer for job in batch)
        try:
            run = partial(_run, lane, items, newcomer=newcomer)
            future = asyncio.get_running_loop().run_in_executor(executor, run)
        except (RuntimeError, MemoryError) as error:
            # The executor may keep a call whose thread did not start; without items it does nothing.
            items.clear()
            self._idle.append((lane, executor))
            self._deliver(batch, [_as_failure(error) for _ in batch])
            return
        self._running[future] = now
        self._older += not newcomer
        future.add_done_callback(partial(self._finish, batch, lane, executor, now, not newcomer))
        self.stats.batches += 1
        self.stats.shared_batches += len({job.flow for job in batch}) > 1
        self.stats.cost += sum(job.cost for job in batch)
        self.stats.wait_seconds += sum(now - job.arrived for job in batch)

    def _finish(
        self,
        batch: list[_Job[Item, Output]],
        lane: Lane[Item, Output],
        executor: ThreadPoolExecutor,
        started: float,
        older: bool,
        future: "asyncio.Future[_Ran[Output]]",
    ) -> None:
        """Hand each output to its job, give the lane back, start the next batch."""
        del self._running[future]
        self._older -= older
        self._idle.append((lane, executor))
        self.stats.run_seconds += time.monotonic() - started
        self._deliver(batch, self._outputs(future, batch))
        if not self._closed:
            self._pump()

    def _outputs(
        self, future: "asyncio.Future[_Ran[Output]]", batch: list[_Job[Item, Output]]
    ) -> Sequence[Output | _Failure]:
        """What a batch gave; a failure for each item where it was abandoned or its thread broke."""
        if future.cancelled():
            return [PipelineStopped(f"Stage '{self.name}' was stopped.") for _ in batch]
        error = future.exception()
        if error is not None:
            return [_as_failure(error) for _ in batch]
        ran = future.result()
        if ran.too_many:
            self._make_smaller(sum(job.cost for job in batch) * ran.too_many // len(batch))
        return ran.outputs

    def _make_smaller(self, cost: int) -> None:
        """Halve what later batches may cost: the device had no room for one of this cost."""
        self.stats.memory_cuts += 1
        self._max_cost = max(1, min(self._max_cost, cost) // 2)
        facts = {"stage": self.name, "pixels": self._max_cost}
        logger.warning("the device is out of memory; batches are smaller from now on", extra={"facts": facts})

    def _deliver(self, batch: list[_Job[Item, Output]], outputs: Sequence[Output | _Failure]) -> None:
        for job, output in zip(batch, outputs, strict=True):
            self.stats.failures += isinstance(output, EngineFailure)
            if job.result.done():
                continue
            if isinstance(output, EngineFailure | PipelineStopped):
                job.result.set_exception(output)
            else:
                job.result.set_result(output)


async def _all_or_none(results: list["asyncio.Future[Output]"]) -> list[Output]:
    """Wait for all; when one fails or the wait is cancelled, drop the others."""
    try:
        return list(await asyncio.gather(*results))
    finally:
        for result in results:
            result.cancel()


@dataclass(slots=True)
class _Ran(Generic[Output]):
    """What became of a batch.

    Attributes:
        too_many: the least number of its items that the device had no memory for; 0 where there was enough.
    """

    outputs: _Outputs[Output]
    too_many: int = 0


def _run(lane: Lane[Item, Output], items: list[Item], *, newcomer: bool) -> _Ran[Output]:
    """Run a batch, and let the engines know how urgent it is."""
    ran: _Ran[Output] = _Ran([])
    with work_of(newcomer=newcomer):
        ran.outputs = _run_apart(lane, items, ran)
    return ran


def _run_apart(lane: Lane[Item, Output], items: list[Item], ran: _Ran[Output]) -> _Outputs[Output]:
    """Run a batch; when it fails, run its halves, so that an item that breaks the engine fails alone."""
    if not items:
        return []
    try:
        return _checked(lane, items)
    except OutOfDeviceMemory as error:
        first = not ran.too_many
        ran.too_many = len(items)
        if len(items) == 1:
            # Once more: what another lane held may be free by now.
            return _run_apart(lane, items, ran) if first else [error]
    except Exception as error:  # noqa: BLE001 - whatever a lane raises must reach its own callers and nobody else
        if len(items) == 1:
            return [_as_failure(error)]
    middle = len(items) // 2
    return _run_apart(lane, items[:middle], ran) + _run_apart(lane, items[middle:], ran)


def _checked(lane: Lane[Item, Output], items: list[Item]) -> _Outputs[Output]:
    outputs = lane(items)
    if len(outputs) != len(items):
        raise EngineFailure(f"The engine gave {len(outputs)} outputs for {len(items)} items.")
    return list(outputs)


def _as_failure(error: BaseException) -> EngineFailure:
    if isinstance(error, EngineFailure):
        return error
    failure = EngineFailure(f"Inference failed with {type(error).__name__}.")
    failure.__cause__ = error
    return failure
