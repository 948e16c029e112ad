"""Decides which batch shapes run as a captured graph: those prepared at start, and those that come again.

Launching the 130 to 230 kernels of one of these networks takes longer than computing a small batch. Replaying a
captured graph launches all of them at once. A graph is for one shape and keeps the memory of that shape, so the number
of graphs is limited. A capture costs more than a run, so a new shape first runs without a graph. If more shapes come
than graphs are kept, the shapes that have a graph keep it. Otherwise almost every run would capture a graph that is
dropped soon after. A shape that cannot be captured runs without a graph.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable
from typing import TypeAlias

from torch import Size, Tensor

from models.engines.library_words import words_of

logger = logging.getLogger(__name__)

Tensors: TypeAlias = tuple[Tensor, ...]

Function: TypeAlias = Callable[[Tensor], Tensors]
"""Computes the outputs of a batch."""

Capture: TypeAlias = Callable[[Function, Tensor], Function]
"""Captures a function for the shape of a batch. Gives a function that replays the graph for that shape."""

LAST_RUNS = 256
"""Remembered runs of unprepared shapes. They show which shapes come again and which graph is used least."""

_TIMES_MORE = 3
"""If there is no room for one more graph, a shape gets one if it comes so many times more often than the shape of the
graph that it replaces."""


class ShapeGraphs:
    """A function with a limited number of captured graphs, one for each batch shape. The least used one makes room.

    Args:
        function: is run and captured. It depends on its batch only.
        capture: makes a graph.
        kept: number of graphs of shapes that were not prepared. With 0, only prepared shapes have a graph.
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
        """Run one batch with the graph of its shape if there is one, or if a new graph is worth its cost."""
        return self._of_shape(batch)(batch)

    def prepare(self, batch: Tensor) -> None:
        """Capture the graph of a shape and keep it for ever. If that is not possible, run the shape once."""
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
        """The new graph of a shape, which replaces another one; or the function itself if there is no graph."""
        graph = self._try_capture(batch)
        if graph is None:
            self._without.add(batch.shape)
            return self._function
        # The old graph is dropped only now. The capture has waited for the lane, so no graph is running any more.
        if len(self._found) == self._kept:
            del self._found[self._least_used()]
        self._found[batch.shape] = graph
        return graph

    def _try_capture(self, batch: Tensor) -> Function | None:
        """The graph of a shape; None if it cannot be captured. The batch itself may still be fine.

        A graph needs more memory than the function, and a library may do things that a capture forbids. If the function
        itself fails, it fails again without a graph, and its caller gets the reason.
        """
        try:
            return self._capture(self._function, batch)
        except Exception as error:  # noqa: BLE001 - torch raises plain RuntimeError, and several others
            shape, words = tuple(batch.shape), words_of(error)
            logger.warning("batches of shape %s run without a graph: capturing one failed with %s", shape, words)
            return None
