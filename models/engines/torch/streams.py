"""The streams of a device that lanes run on: no two lanes have the same one.

PyTorch has a fixed number of streams a device and priority, and hands them out in turn: the lane after the last one
would get the first one's stream, and what two threads queue there would end up in one captured graph.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from models.errors import EngineUnavailable

S = TypeVar("S")

OF_A_PRIORITY = 28
"""Streams of a priority that are taken of PyTorch's 32; the others are for whatever else runs in this process."""

PRIORITIES = (0, -1)
"""Of streams, the first ones first. The device prefers work of the lower number."""


class Streams(Generic[S]):
    """Streams of one device: made once, given back, used again.

    Args:
        make: a new stream of a priority.
    """

    def __init__(self, make: Callable[[int], S]) -> None:
        self._make = make
        self._made = 0
        self._lock = Lock()
        self._free: deque[S] = deque()

    def take(self) -> S:
        """A stream that nobody else has.

        Raises:
            EngineUnavailable: all are taken.
        """
        try:
            return self._free.popleft()
        except IndexError:
            return self._another()

    def give(self, stream: S) -> None:
        """Give a stream back. Called when a lane is gone, so in any thread and at any time: it takes no lock."""
        self._free.append(stream)

    def _another(self) -> S:
        with self._lock:
            if self._made == OF_A_PRIORITY * len(PRIORITIES):
                raise EngineUnavailable(
                    f"All {self._made} streams that PyTorch has for this device are taken by models that are open; "
                    "one more cannot be opened beside them. Restart the server, or open fewer models."
                )
            stream = self._make(PRIORITIES[self._made // OF_A_PRIORITY])
            self._made += 1
            return stream
