"""A lane: the stream of a device for the work of one thread, and the graphs that are captured on it.

Only `CudaLane` needs CUDA. `CpuLane` runs the same calls at once, so that both use the same code.
"""

import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache, partial
from threading import Lock
from typing import Protocol

import torch
from torch import Tensor

from models.engines.torch.graphs import Function, Tensors
from models.engines.torch.streams import Streams

_CAPTURING = Lock()
"""A process captures one graph at a time."""

_WARM_UP_RUNS = 2
"""Runs before a capture. The first run chooses algorithms and makes workspaces, which a capture cannot do."""


class Lane(Protocol):
    """A queue of a device for the work of a thread. A lane belongs to one thread at a time."""

    @property
    def device(self) -> torch.device:
        """The device of its tensors."""

    def active(self) -> AbstractContextManager[object]:
        """A context in which all torch work of the thread goes to the lane, without gradients."""

    def capture(self, function: Function, batch: Tensor) -> Function:
        """Record the work of a function on a batch of this shape, for replays. Only to be called inside `active`.

        This is the only call that waits. It waits for all work on the lane, so that graphs may be dropped after it. The
        outputs of a replay are valid until the next replay of any graph of the lane, because graphs share their memory.
        """

    def mark(self) -> Callable[[], None]:
        """A function that blocks until all work queued so far is done. Other threads than the lane's may call it."""


class CpuLane:
    """The CPU. All work is done when its call returns."""

    def __init__(self) -> None:
        self.device = torch.device("cpu")

    def active(self) -> AbstractContextManager[object]:
        """See `Lane.active`."""
        return torch.no_grad()

    def capture(self, function: Function, _: Tensor) -> Function:
        """See `Lane.capture`. It gives the function itself."""
        return function

    def mark(self) -> Callable[[], None]:
        """See `Lane.mark`."""
        return _nothing


class CudaLane:
    """A stream on one GPU. Its graphs share one memory pool, because only one of them replays at a time.

    Attributes:
        stream: the stream. It is free for another lane when this lane and its models and results are gone.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        streams = _streams(device)
        self.stream = streams.take()
        weakref.finalize(self, streams.give, self.stream).atexit = False
        self._graphs: weakref.WeakSet[torch.cuda.CUDAGraph] = weakref.WeakSet()
        self._pool = torch.cuda.graph_pool_handle()

    @contextmanager
    def _active(self) -> Iterator[None]:
        with torch.no_grad(), torch.cuda.device(self.device), torch.cuda.stream(self.stream):
            yield

    def active(self) -> AbstractContextManager[object]:
        """See `Lane.active`."""
        return self._active()

    def capture(self, function: Function, batch: Tensor) -> Function:
        """See `Lane.capture`."""
        held = batch.clone()
        for _ in range(_WARM_UP_RUNS):
            function(held)
        self.stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        if not self._graphs:
            # PyTorch refuses a pool whose last graph is gone, even if the capture of that graph failed.
            self._pool = torch.cuda.graph_pool_handle()
        with _CAPTURING:
            try:
                outputs = self._record(graph, function, held)
            except BaseException:
                self._end_recording()
                raise
        self._graphs.add(graph)

        def replay(fresh: Tensor) -> Tensors:
            held.copy_(fresh, non_blocking=True)
            graph.replay()
            return outputs

        return replay

    def _record(self, graph: torch.cuda.CUDAGraph, function: Function, held: Tensor) -> Tensors:
        # `torch.cuda.graph` would first wait for the whole device and collect garbage. Here other lanes go on.
        graph.capture_begin(pool=self._pool, capture_error_mode="thread_local")
        try:
            outputs = function(held)
        except BaseException:
            with suppress(RuntimeError):  # it only says that the capture broke; the cause is raised below
                graph.capture_end()
            raise
        graph.capture_end()
        return outputs

    def _end_recording(self) -> None:
        """End what a failed capture left. Later captures take another pool if the allocator still records into this.

        If CUDA gives a capture up, its end fails before PyTorch's allocator hears of it. Then the allocator would
        refuse all later captures into the pool, and keep cached memory when memory is short.
        """
        try:
            torch._C._cuda_endAllocateToPool(self.device.index, self._pool)  # noqa: SLF001 - there is no public call
        except RuntimeError:
            return  # it does not record any more
        self._pool = torch.cuda.graph_pool_handle()

    def mark(self) -> Callable[[], None]:
        """See `Lane.mark`."""
        event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        event.record(self.stream)
        return event.synchronize


@cache
def _streams(device: torch.device) -> Streams[torch.cuda.Stream]:
    """All streams of a device that lanes run on."""
    return Streams(partial(_stream, device))


def _stream(device: torch.device, priority: int) -> torch.cuda.Stream:
    return torch.cuda.Stream(device, priority=priority)  # type: ignore[no-untyped-call]


def open_lane(device: torch.device) -> Lane:
    """A new lane on a device.

    Raises:
        EngineUnavailable: too many lanes are open, so there is no stream for one more.
    """
    return CudaLane(device) if device.type == "cuda" else CpuLane()


def _nothing() -> None:
    """Work on the CPU is already done, so there is nothing to wait for."""
