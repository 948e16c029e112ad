"""Estimates how long a new document would wait until its first page is read.

By Little's law, the wait in a queue of n that is served at a rate r is about n / r. The rate is that of the last
documents. A document stays in this queue until its first page is read, because new documents share that work equally;
the further pages of a long document are not in it. A document that would wait for more than half of its time is refused
at once. That costs next to nothing, while a timeout later would waste work that others waited for.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from server.errors import Overloaded

SHARE_OF_TIME = 0.5
"""Share of a document's time that its first page may wait. The rest is for its other pages and its answer."""
SHORT_QUEUE = 8
"""A shorter queue refuses nobody: the estimate says little about so few."""
MEMORY = 16
"""Pages that the rate is averaged over, as an exponential mean."""


class QueuedDocument:
    """A document in the queue."""

    def __init__(self, wait_estimate: "WaitEstimate") -> None:
        self._wait_estimate = wait_estimate
        self._waits = True

    def served(self) -> None:
        """Say that its first page is read. Later calls change nothing."""
        if self._waits:
            self._waits = False
            self._wait_estimate.leave(served=True)

    def gone(self) -> None:
        """Say that it ended. If none of its pages was read, it says nothing about the rate."""
        if self._waits:
            self._waits = False
            self._wait_estimate.leave(served=False)


class WaitEstimate:
    """The queue of documents whose first page is still to be read.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._interval: float | None = None
        self._last = 0.0
        self._moved = False
        self._served = 0
        self.waiting = 0

    @contextmanager
    def queued(self) -> Iterator[QueuedDocument]:
        """Queue one document until its first page is read, or until the block ends."""
        if not self.waiting:
            self._last, self._moved = self._clock(), False
        self.waiting += 1
        document = QueuedDocument(self)
        try:
            yield document
        finally:
            document.gone()

    def leave(self, *, served: bool) -> None:
        """Count a document that leaves the queue."""
        self.waiting -= 1
        if not served:
            return
        now = self._clock()
        taken, self._last = now - self._last, now
        moved, self._moved = self._moved, True
        if not moved and self.waiting >= SHORT_QUEUE:
            # The first of many that came together. They share the server, so this is the time of all, not of one.
            return
        self._served = min(self._served + 1, MEMORY)
        # A plain mean at first, so that the first page, which is slow, does not count for long.
        self._interval = taken if self._interval is None else self._interval + (taken - self._interval) / self._served

    @property
    def expected_wait(self) -> float:
        """Seconds that a document would wait if it came now; 0 while the queue is short."""
        if self.waiting < SHORT_QUEUE:
            return 0.0
        since_last = self._clock() - self._last
        if self._interval is None:
            return since_last
        return max(self._interval * (self.waiting + 1), since_last)

    def check(self, seconds: float) -> None:
        """Refuse a document that would wait too long.

        Args:
            seconds: the document's time.

        Raises:
            Overloaded: it would wait too long; ``retry_after`` says when to send it again.
        """
        excess = self.expected_wait - SHARE_OF_TIME * seconds
        if excess > 0:
            raise Overloaded(retry_after=math.ceil(excess))
