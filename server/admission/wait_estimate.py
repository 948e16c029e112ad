"""How soon the next document would have its first page read, told from how fast the last ones had theirs.

Little's law: who joins a line of n that moves at a rate r waits about n / r. Documents stand in this line until their
first page is read, because that is what newcomers share equally; the further pages of a long document are not in it.
A document that would not make it in half of its time is refused at the door, where it costs next to nothing, instead
of being given up after others waited for the work done on it.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from server.errors import Overloaded

SHARE_OF_TIME = 0.5
"""Of a document's time that the wait for its first page may take; the rest is for its other pages and its answer."""
SHORT_LINE = 8
"""In a line this short nobody is refused: the estimate says little about so few."""
MEMORY = 16
"""Pages that the rate is averaged over, as an exponential mean."""


class Arrival:
    """A document in the line."""

    def __init__(self, wait_estimate: "WaitEstimate") -> None:
        self._wait_estimate = wait_estimate
        self._waits = True

    def served(self) -> None:
        """Its first page is read; later calls change nothing."""
        if self._waits:
            self._waits = False
            self._wait_estimate.leave(served=True)

    def gone(self) -> None:
        """It ended; where no page of it was read, it says nothing about the rate."""
        if self._waits:
            self._waits = False
            self._wait_estimate.leave(served=False)


class WaitEstimate:
    """The line of documents whose first page is still to be read.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._interval: float | None = None
        self._last = 0.0
        self._moves = False
        self._served = 0
        self.waiting = 0

    @contextmanager
    def line(self) -> Iterator[Arrival]:
        """Stand in the line for the length of the block, or until the first page is read."""
        if not self.waiting:
            self._last, self._moves = self._clock(), False
        self.waiting += 1
        arrival = Arrival(self)
        try:
            yield arrival
        finally:
            arrival.gone()

    def leave(self, *, served: bool) -> None:
        """Count a document that leaves the line."""
        self.waiting -= 1
        if not served:
            return
        now = self._clock()
        taken, self._last = now - self._last, now
        moved, self._moves = self._moves, True
        if not moved and self.waiting >= SHORT_LINE:
            # The first of many that came together: they share the server, so this is how long all take, not one.
            return
        self._served = min(self._served + 1, MEMORY)
        # A plain mean at first, so that the first page, which is slow, does not count for long.
        self._interval = taken if self._interval is None else self._interval + (taken - self._interval) / self._served

    @property
    def expected_wait(self) -> float:
        """Seconds that a document which came now would wait; 0 while the line is short."""
        if self.waiting < SHORT_LINE:
            return 0.0
        since_last = self._clock() - self._last
        if self._interval is None:
            return since_last
        return max(self._interval * (self.waiting + 1), since_last)

    def check(self, seconds: float) -> None:
        """Refuse a document that would wait too long.

        Args:
            seconds: the time that it has.

        Raises:
            Overloaded: says when to come again.
        """
        excess = self.expected_wait - SHARE_OF_TIME * seconds
        if excess > 0:
            raise Overloaded(retry_after=math.ceil(excess))
