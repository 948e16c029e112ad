"""The only way to a device: a queue that makes batches across requests.

It is work-conserving: an idle lane takes the waiting items at once. While all lanes work, items gather in the queue and
make the next batches. There is no timer, no polling and no background task. A batch starts when an item arrives at an
idle lane, or when a lane becomes free. Only the lanes' own work runs outside the event loop's thread.
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

from models.errors import DeadlineExceeded, DeviceLost, EngineFailure, OutOfDeviceMemory, PipelineStopped
from models.scheduling.core_scheduler import work_of, works_for_newcomer
from models.scheduling.fair_queue import FairQueue, FinishTag

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Output = TypeVar("Output")

FITTING_BATCHES = 64
"""After so many large batches without a lack of memory, batches may be larger again."""

MOST_FITTING_BATCHES = 4096
"""The most batches before they may be larger again."""

Lane = Callable[[list[Item]], list[Output]]
"""Runs one batch of items with equal keys, in a thread of its own. Gives one output for each item, in order."""

_Failure = EngineFailure | PipelineStopped

_Outputs = list[Output | EngineFailure]
"""For each item, the lane's output, or the failure in its place."""


@dataclass(slots=True)
class BatcherStats:
    """Counters since start, for metrics.

    Attributes:
        jobs: items taken into the queue.
        batches: batches run.
        shared_batches: batches with items of two or more flows.
        failures: items that failed.
        dropped: items that left the queue without a run.
        memory_cuts: how often batches became smaller because the device had no room for one.
        cost: cost of all batches run.
        run_seconds: time of all runs.
        wait_seconds: time that items waited in the queue, summed over items.
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
class _Entry(Generic[Item, Output]):
    # Event loop logs may show an entry, so its text holds nothing of a document.
    item: Item = field(repr=False)
    cost: int
    flow: Hashable = field(repr=False)
    deadline: float | None
    newcomer: bool
    arrived: float
    result: "asyncio.Future[Output]" = field(repr=False)


class Batcher(Generic[Item, Output]):
    """The queue of one stage, in front of its lanes.

    Args:
        name: stage name, for threads and errors.
        lanes: one callable for each engine instance. Each is only called from its own thread.
        max_items: most items in one batch.
        max_cost: most cost (padded pixels) of one batch. A single item may exceed it.
        kept_lanes: lanes that stay free for batches with a newcomer, see `models.scheduling.core_scheduler`. A lane
            whose batch waits for processor cores cannot run a newcomer's batch, which would get its cores first.
        warm: for each lane, what its thread does before the first batch; empty if that is nothing. The batcher waits
            for it, lane after lane. Libraries keep plans and handles for each thread, so no other thread can do it.

    Raises:
        Exception: what ``warm`` raises. The threads have ended then.
    """

    def __init__(
        self,
        name: str,
        lanes: Sequence[Lane[Item, Output]],
        *,
        max_items: int,
        max_cost: int = sys.maxsize,
        kept_lanes: int = 0,
        warm: Sequence[Callable[[], object]] = (),
    ) -> None:
        self.name = name
        self.stats = BatcherStats()
        self._most_older = len(lanes) - kept_lanes
        self._older = 0
        self._max_items, self._max_cost = max_items, max_cost
        self._full_cost = max_cost
        self._fitted = 0
        self._patience = 0
        self._idle = [(lane, ThreadPoolExecutor(1, f"{name}-{number}")) for number, lane in enumerate(lanes)]
        self._executors = [executor for _, executor in self._idle]
        self._queue: FairQueue[_Entry[Item, Output]] = FairQueue()
        self._running: dict[asyncio.Future[_Ran[Output]], float] = {}
        # Lanes that are warmed prepare more with each new shape. If they take turns, none is cold when all are needed.
        self._in_turn = bool(warm)
        self._closed = False
        self._warm(warm)

    def _warm(self, warm: Sequence[Callable[[], object]]) -> None:
        try:
            for executor, prepare in zip(self._executors, warm, strict=False):
                executor.submit(prepare).result()
        except BaseException:
            for executor in self._executors:
                executor.shutdown()
            raise

    @property
    def queued(self) -> int:
        """The number of items that wait for a lane."""
        return len(self._queue)

    @property
    def longest_run_seconds(self) -> float:
        """The time since the oldest of the running batches started; 0 if no batch runs."""
        return time.monotonic() - min(self._running.values()) if self._running else 0.0

    async def submit(
        self,
        items: Sequence[Item],
        *,
        key: Hashable,
        cost: int,
        flow: Hashable = None,
        deadline: float | None = None,
        tag: FinishTag | None = None,
    ) -> list[Output]:
        """Queue items and wait for their outputs. Cancelling the wait drops the items that have not started.

        All items are queued before the first can start. So items of one call share batches as far as the limits allow.

        Args:
            items: the lane's inputs.
            key: items share a batch only if their keys are equal.
            cost: the cost of each item, in padded pixels.
            flow: the request of the items. Flows share the device equally.
            deadline: event loop time after which an item is dropped instead of run.
            tag: of the page, if its items come in several calls. Without it, the items of this call are a page.

        Returns:
            One output for each item, in order.

        Raises:
            DeadlineExceeded: the deadline passed while an item waited.
            EngineFailure: the engine failed on one of these items.
            PipelineStopped: the batcher is closed.
        """
        if self._closed:
            raise PipelineStopped(f"Stage '{self.name}' is closed.")
        loop, now = asyncio.get_running_loop(), time.monotonic()
        page_tag, newcomer = tag or FinishTag(cost * len(items)), works_for_newcomer()
        results: list[asyncio.Future[Output]] = []
        for item in items:
            entry: _Entry[Item, Output] = _Entry(item, cost, flow, deadline, newcomer, now, loop.create_future())
            withdraw = self._queue.push(entry, key=key, cost=cost, flow=flow, tag=page_tag, urgent=newcomer)
            entry.result.add_done_callback(partial(self._forget, withdraw))
            results.append(entry.result)
        self.stats.jobs += len(results)
        self._pump()
        return await _all_or_none(results)

    async def close(self) -> None:
        """Fail the waiting items, let running batches finish, and end the threads."""
        self._closed = True
        for entry in self._queue.clear():
            if not entry.result.done():
                entry.result.set_exception(PipelineStopped(f"Stage '{self.name}' is closed."))
        await asyncio.gather(*self._running, return_exceptions=True)
        for executor in self._executors:
            executor.shutdown()

    def _pump(self) -> None:
        """Start batches while there are an idle lane and an item that is still wanted."""
        while self._idle:
            only_newcomers = self._older >= self._most_older
            taken = self._queue.pop_batch(self._max_items, self._max_cost, urgent=only_newcomers)
            if not taken:
                return
            batch = [entry for entry in taken if self._wanted(entry)]
            if batch:
                self._start(batch)

    def _wanted(self, entry: _Entry[Item, Output]) -> bool:
        """Whether a caller still waits for an item. An item past its deadline fails here."""
        expired = entry.deadline is not None and asyncio.get_running_loop().time() > entry.deadline
        if expired and not entry.result.done():
            entry.result.set_exception(DeadlineExceeded(f"The deadline passed before stage '{self.name}' ran."))
        self.stats.dropped += entry.result.done()
        return not entry.result.done()

    def _forget(self, withdraw: Callable[[], bool], _result: "asyncio.Future[Output]") -> None:
        """Forget an item that is over. If it still waited, its caller has left."""
        self.stats.dropped += withdraw()

    def _start(self, batch: list[_Entry[Item, Output]]) -> None:
        lane, executor = self._idle.pop(0 if self._in_turn else -1)
        now = time.monotonic()
        items = [entry.item for entry in batch]
        newcomer = any(entry.newcomer for entry in batch)
        try:
            run = partial(_run, lane, items, newcomer=newcomer)
            future = asyncio.get_running_loop().run_in_executor(executor, run)
        except (RuntimeError, MemoryError) as error:
            # The executor may keep a call whose thread did not start. Without items the call does nothing.
            items.clear()
            self._idle.append((lane, executor))
            self._deliver(batch, [_as_failure(error) for _ in batch])
            return
        self._running[future] = now
        self._older += not newcomer
        future.add_done_callback(partial(self._finish, batch, lane, executor, now, not newcomer))
        self.stats.batches += 1
        self.stats.shared_batches += len({entry.flow for entry in batch}) > 1
        self.stats.cost += sum(entry.cost for entry in batch)
        self.stats.wait_seconds += sum(now - entry.arrived for entry in batch)

    def _finish(
        self,
        batch: list[_Entry[Item, Output]],
        lane: Lane[Item, Output],
        executor: ThreadPoolExecutor,
        started: float,
        older: bool,
        future: "asyncio.Future[_Ran[Output]]",
    ) -> None:
        """Give each output to its caller, free the lane, and start the next batch."""
        del self._running[future]
        self._older -= older
        self._idle.append((lane, executor))
        self.stats.run_seconds += time.monotonic() - started
        self._deliver(batch, self._outputs(future, batch))
        if not self._closed:
            self._pump()

    def _outputs(
        self, future: "asyncio.Future[_Ran[Output]]", batch: list[_Entry[Item, Output]]
    ) -> Sequence[Output | _Failure]:
        """The outputs of a batch; a failure for each item if the batch was abandoned or its thread broke."""
        if future.cancelled():
            return [PipelineStopped(f"Stage '{self.name}' was stopped.") for _ in batch]
        error = future.exception()
        if error is not None:
            return [_as_failure(error) for _ in batch]
        ran = future.result()
        cost = sum(entry.cost for entry in batch)
        if ran.too_many:
            self._make_smaller(cost * ran.too_many // len(batch))
        elif self._max_cost < self._full_cost and cost > self._max_cost // 2:
            self._note_fitting()
        return ran.outputs

    def _make_smaller(self, cost: int) -> None:
        """Allow the next batches half of this cost, because the device had no room for it."""
        self.stats.memory_cuts += 1
        self._fitted = 0
        self._patience = min(max(FITTING_BATCHES, 2 * self._patience), MOST_FITTING_BATCHES)
        self._max_cost = max(1, min(self._max_cost, cost) // 2)
        facts = {"stage": self.name, "pixels": self._max_cost}
        logger.warning("the device is out of memory; batches are smaller for a while", extra={"facts": facts})

    def _note_fitting(self) -> None:
        """Note a batch that fits though it is about as large as allowed. After enough of them, allow twice as much.

        Each lack of memory doubles that number. So a device that is too small for good seldom fails on a batch.
        """
        self._fitted += 1
        if self._fitted < self._patience:
            return
        self._fitted = 0
        self._max_cost = min(2 * self._max_cost, self._full_cost)
        facts = {"stage": self.name, "pixels": self._max_cost}
        logger.info("batches may be larger again", extra={"facts": facts})

    def _deliver(self, batch: list[_Entry[Item, Output]], outputs: Sequence[Output | _Failure]) -> None:
        for entry, output in zip(batch, outputs, strict=True):
            self.stats.failures += isinstance(output, EngineFailure)
            if entry.result.done():
                continue
            if isinstance(output, EngineFailure | PipelineStopped):
                entry.result.set_exception(output)
            else:
                entry.result.set_result(output)


async def _all_or_none(results: list["asyncio.Future[Output]"]) -> list[Output]:
    """Wait for all results. If one fails, or the wait is cancelled, drop the others."""
    try:
        return list(await asyncio.gather(*results))
    finally:
        for result in results:
            result.cancel()


@dataclass(slots=True)
class _Ran(Generic[Output]):
    """The result of a batch.

    Attributes:
        outputs: of its items, in order.
        too_many: the smallest number of items that the device had no memory for; 0 if there was always enough.
    """

    outputs: _Outputs[Output]
    too_many: int = 0


def _run(lane: Lane[Item, Output], items: list[Item], *, newcomer: bool) -> _Ran[Output]:
    """Run a batch, and tell the engines whether it is urgent."""
    ran: _Ran[Output] = _Ran([])
    with work_of(newcomer=newcomer):
        ran.outputs = _run_apart(lane, items, ran)
    return ran


def _run_apart(lane: Lane[Item, Output], items: list[Item], ran: _Ran[Output]) -> _Outputs[Output]:
    """Run a batch. If it fails, run its halves, so that an item that breaks the engine fails alone."""
    if not items:
        return []
    try:
        return _checked(lane, items)
    except DeviceLost as error:
        return [error] * len(items)  # no half can run any more
    except OutOfDeviceMemory as error:
        first = not ran.too_many
        ran.too_many = len(items)
        if len(items) == 1:
            # Try once more: another lane may have freed its memory by now.
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
