"""Bounds the detection pixels that are worked on at once.

`PixelGate` never refuses a page. Pages wait in a queue, and a waiter that is cancelled leaves it. Further pages of a
document never take the last half of the capacity, so a new document need not wait for the pages of a long one.
"""

import asyncio
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    cost: int
    document: Hashable
    admitted: "asyncio.Future[None]"


class PixelGate:
    """A semaphore whose unit is one detection pixel: first come, first served among the first pages of documents.

    Further pages, of documents that have a page in work already, share half of the capacity. If that is full, first
    pages pass them.

    Args:
        capacity: detection pixels that may be worked on at once. A page that costs more runs alone.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._queue: list[_Waiter] = []
        self._pages: Counter[Hashable] = Counter()
        self.used = 0

    @property
    def waiting(self) -> int:
        """Pages in the queue."""
        return len(self._queue)

    @property
    def reading(self) -> int:
        """Pages that have room."""
        return sum(self._pages.values())

    async def acquire(self, pixels: int, document: Hashable) -> int:
        """Wait for room for a page.

        Args:
            pixels: the cost of the page.
            document: the document it belongs to.

        Returns:
            The pixels that were charged. Give them to `release`.
        """
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(min(pixels, self._capacity), document, admitted)
        self._queue.append(waiter)
        self._admit()
        try:
            await admitted
        except asyncio.CancelledError:
            self._leave(waiter)
            raise
        return waiter.cost

    def release(self, cost: int, document: Hashable) -> None:
        """Give back what `acquire` charged, and let in the pages that fit now."""
        self.used -= cost
        self._pages[document] -= 1
        if not self._pages[document]:
            del self._pages[document]
        self._admit()

    def _leave(self, waiter: _Waiter) -> None:
        if waiter in self._queue:
            self._queue.remove(waiter)
            self._admit()
        elif not waiter.admitted.cancelled():
            self.release(waiter.cost, waiter.document)

    def _admit(self) -> None:
        """Let in every page that fits, up to a first page that does not fit: no page passes a first page."""
        for waiter in self._queue.copy():
            further = waiter.document in self._pages
            if self.used + waiter.cost <= self._capacity // (2 if further else 1):
                self._enter(waiter)
            elif not further:
                break

    def _enter(self, waiter: _Waiter) -> None:
        self._queue.remove(waiter)
        if not waiter.admitted.cancelled():
            self.used += waiter.cost
            self._pages[waiter.document] += 1
            waiter.admitted.set_result(None)
