"""The streams of a device for lanes. No two lanes have the same stream.

PyTorch has a fixed number of streams for each device and priority, and gives them out one after the other. After the
last one it gives the first stream again. Then the work of two threads would get into one captured graph.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from models.errors import EngineUnavailable

S = TypeVar("S")

OF_A_PRIORITY = 28
"""The streams that lanes take of the 32 of a priority. The rest is for other work in this process."""

PRIORITIES = (0, -1)
"""The priorities of streams, in the order in which they are taken. The device prefers work with the lower number."""


class Streams(Generic[S]):
    """The streams of one device. A stream is made once, given back, and used again.

    Args:
        make: makes a new stream with a priority.
    """

    def __init__(self, make: Callable[[int], S]) -> None:
        self._make = make
        self._made = 0
        self._lock = Lock()
        self._free: deque[S] = deque()

    def take(self) -> S:
        """Take a free stream.

        Raises:
            EngineUnavailable: all streams are taken.
        """
        try:
            return self._free.popleft()
        except IndexError:
            return self._another()

    def give(self, stream: S) -> None:
        """Give a stream back. The end of a lane calls it, in any thread and at any time, so it takes no lock."""
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
