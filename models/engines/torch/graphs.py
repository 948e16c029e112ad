"""Which batch shapes run as a captured graph: those prepared at start, and those that come again.

Launching the 130 to 230 kernels of one of these networks takes longer than a small batch computes, and replaying a
captured graph launches all of them at once. A graph holds for one shape and keeps the memory of that shape, so only
so many are kept; a capture costs more than a run, so a shape seen for the first time runs without one. Where more
shapes come in turn than graphs are kept, those that have one keep it: each run would otherwise capture what the next
but few drops again. A shape that cannot be captured runs without a graph.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable
from typing import TypeAlias

from torch import Size, Tensor

logger = logging.getLogger(__name__)

Tensors: TypeAlias = tuple[Tensor, ...]

Function: TypeAlias = Callable[[Tensor], Tensors]
"""A batch to its outputs."""

Capture: TypeAlias = Callable[[Function, Tensor], Function]
"""Makes of a function, and a batch of the shape it is to be captured for, one that replays it for that shape."""

LAST_RUNS = 256
"""Runs of unprepared shapes that are remembered: what comes again, and which graph is used least, is told from them."""

_TIMES_MORE = 3
"""How much more often than that of the graph it replaces a shape has to come, if there is no room for one more."""


class ShapeGraphs:
    """A function behind a bounded number of its graphs, one a batch shape; the least used one makes room.

    Args:
        function: what is run, and captured. Depends on nothing but its batch.
        capture: makes a graph.
        kept: graphs of shapes that were not prepared; 0 keeps none, so that only prepared shapes have one.
    """

    def __init__(self, function: Function, capture: Capture, kept: int) -> None:
        self._function = function
        self._capture = capture
        self._kept = kept
        self._prepared: dict[Size, Function] = {}
        self._found: dict[Size, Function] = {}
        self._last: deque[Size] = deque()
        self._runs: Counter[Size] = Counter()
        self._without: set[Size] = set()

    def __call__(self, batch: Tensor) -> Tensors:
        """Run one batch: by its shape's graph where there is one, or where one is worth while; else as it is."""
        return self._of_shape(batch)(batch)

    def prepare(self, batch: Tensor) -> None:
        """Capture the graph of a shape now and keep it for good. Where there is none, run the shape once."""
        if batch.shape in self._prepared:
            return
        graph = self._try_capture(batch)
        if graph is None:
            graph = self._function
            graph(batch)
        self._prepared[batch.shape] = graph

    def _of_shape(self, batch: Tensor) -> Function:
        shape = batch.shape
        prepared = self._prepared.get(shape)
        if prepared is not None or self._kept == 0:
            return prepared or self._function
        self._count(shape)
        graph = self._found.get(shape)
        if graph is not None:
            return graph
        return self._captured(batch) if self._worth_a_graph(shape) else self._function

    def _count(self, shape: Size) -> None:
        self._last.append(shape)
        self._runs[shape] += 1
        if len(self._last) > LAST_RUNS:
            forgotten = self._last.popleft()
            self._runs[forgotten] -= 1
            if not self._runs[forgotten]:
                del self._runs[forgotten]
                self._without.discard(forgotten)

    def _worth_a_graph(self, shape: Size) -> bool:
        if shape in self._without:
            return False
        if len(self._found) < self._kept:
            return self._runs[shape] > 1
        return self._runs[shape] >= _TIMES_MORE * (self._runs[self._least_used()] + 1)

    def _least_used(self) -> Size:
        return min(self._found, key=self._runs.__getitem__)

    def _captured(self, batch: Tensor) -> Function:
        """The graph of a shape, which takes the place of another one; the function itself where there is none."""
        graph = self._try_capture(batch)
        if graph is None:
            self._without.add(batch.shape)
            return self._function
        # Not before: a capture waits for the lane, so none of the graphs is still running that could go.
        if len(self._found) == self._kept:
            del self._found[self._least_used()]
        self._found[batch.shape] = graph
        return graph

    def _try_capture(self, batch: Tensor) -> Function | None:
        """The graph of a shape; None where it cannot be captured, which says nothing about the batch.

        A graph needs memory that the function alone may do without, and a library may do what a capture forbids. If it
        is the function that fails, it does so again without a graph, and whoever asked for it hears why.
        """
        try:
            return self._capture(self._function, batch)
        except Exception as error:  # noqa: BLE001 - torch raises plain RuntimeError, and several others
            shape, kind = tuple(batch.shape), type(error).__name__
            logger.warning("batches of shape %s run without a graph: capturing one failed with %s", shape, kind)
            return None
