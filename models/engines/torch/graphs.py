"""Which batch shapes run as a captured graph: those prepared at start, and those that come again.

Launching the 130 to 230 kernels of one of these networks takes longer than a small batch computes, and replaying a
captured graph launches all of them at once. A graph holds for one shape and keeps the memory of that shape, so only
so many are kept; a capture costs more than a run, so a shape seen for the first time runs without one.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

from torch import Size, Tensor

Tensors: TypeAlias = tuple[Tensor, ...]

Function: TypeAlias = Callable[[Tensor], Tensors]
"""A batch to its outputs."""

Capture: TypeAlias = Callable[[Function, Tensor], Function]
"""Makes of a function, and a batch of the shape it is to be captured for, one that replays it for that shape."""

_SEEN_KEPT = 1024
"""Shapes remembered as seen once."""


class ShapeGraphs:
    """A function behind a bounded cache of its graphs, one a batch shape, the least recently used dropped first.

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
        self._recent: OrderedDict[Size, Function] = OrderedDict()
        self._seen: OrderedDict[Size, None] = OrderedDict()

    def __call__(self, batch: Tensor) -> Tensors:
        """Run one batch: by its shape's graph where there is one or the shape was seen before, else as it is."""
        return self._of_shape(batch)(batch)

    def prepare(self, batch: Tensor) -> None:
        """Capture the graph of a shape now and keep it for good."""
        if batch.shape not in self._prepared:
            self._prepared[batch.shape] = self._capture(self._function, batch)

    def _of_shape(self, batch: Tensor) -> Function:
        shape = batch.shape
        graph = self._prepared.get(shape) or self._recent.get(shape)
        if shape in self._recent:
            self._recent.move_to_end(shape)
        if graph is not None:
            return graph
        if self._kept == 0 or not self._seen_before(shape):
            return self._function
        return self._captured(batch)

    def _seen_before(self, shape: Size) -> bool:
        if shape in self._seen:
            del self._seen[shape]
            return True
        self._seen[shape] = None
        if len(self._seen) > _SEEN_KEPT:
            self._seen.popitem(last=False)
        return False

    def _captured(self, batch: Tensor) -> Function:
        graph = self._recent[batch.shape] = self._capture(self._function, batch)
        # Not before: a capture waits for the lane, so none of the graphs is still running that could go.
        if len(self._recent) > self._kept:
            self._recent.popitem(last=False)
        return graph
