"""A lane: the stream of a device that the work of one thread is queued on, and the graphs that are captured there.

Everything here that needs CUDA is in `CudaLane`. `CpuLane` runs the same calls at once, so that one code path serves
both.
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
"""Runs before a capture: the first chooses algorithms and makes workspaces, which a capture cannot."""


class Lane(Protocol):
    """What a thread queues its work on. A lane belongs to one thread at a time."""

    @property
    def device(self) -> torch.device:
        """Where its tensors are."""

    def active(self) -> AbstractContextManager[object]:
        """Inside this context all torch work of the thread goes to the lane, without a gradient."""

    def capture(self, function: Function, batch: Tensor) -> Function:
        """Record what a function does to a batch of this shape, for replays. Only inside `active`.

        The one call that waits: for what is queued on the lane, so that graphs may be dropped after it.
        The outputs of a replay are good until the next replay of any graph of the lane: they share their memory.
        """

    def mark(self) -> Callable[[], None]:
        """A call that blocks until everything that is queued so far is done. For other threads than the lane's."""


class CpuLane:
    """The CPU: everything is done when its call returns."""

    def __init__(self) -> None:
        self.device = torch.device("cpu")

    def active(self) -> AbstractContextManager[object]:
        """See `Lane.active`."""
        return torch.no_grad()

    def capture(self, function: Function, _: Tensor) -> Function:
        """See `Lane.capture`: the function itself."""
        return function

    def mark(self) -> Callable[[], None]:
        """See `Lane.mark`."""
        return _nothing


class CudaLane:
    """A stream of its own on one GPU. Its graphs share one memory pool, as only one of them replays at a time.

    Attributes:
        stream: that stream. The next lane gets it when this one is gone, with the models and results that refer to it.
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
            # PyTorch refuses a pool whose last graph is gone, even if that one only failed to be captured.
            self._pool = torch.cuda.graph_pool_handle()
        with _CAPTURING:
            # Not `torch.cuda.graph`, which waits for the whole device and collects garbage first: other lanes go on.
            graph.capture_begin(pool=self._pool, capture_error_mode="thread_local")
            try:
                outputs = function(held)
            except BaseException:
                with suppress(RuntimeError):  # about the capture that broke; what broke it is raised
                    graph.capture_end()
                raise
            graph.capture_end()
        self._graphs.add(graph)

        def replay(fresh: Tensor) -> Tensors:
            held.copy_(fresh, non_blocking=True)
            graph.replay()
            return outputs

        return replay

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
        EngineUnavailable: so many are open that there is no stream for one more.
    """
    return CudaLane(device) if device.type == "cuda" else CpuLane()


def _nothing() -> None:
    """What is done needs no waiting."""
