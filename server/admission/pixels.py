"""How many detection pixels may be worked on at once.

`PixelGate` never refuses: what is inside waits in a queue, and a waiter that is cancelled leaves it. A document's pages
beside its first never take the last half of the room. So a newcomer need not wait for a page of a long document.
"""

import asyncio
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    cost: int
    document: Hashable
    turn: "asyncio.Future[None]"


class PixelGate:
    """A semaphore whose unit is one detection pixel: first come, first served among the first pages of documents.

    Further pages of a document that has one in work share half of the capacity, and are passed where that is full.

    Args:
        capacity: detection pixels that may be worked on at once. A page that costs more runs alone.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._line: list[_Waiter] = []
        self._pages: Counter[Hashable] = Counter()
        self.used = 0

    @property
    def waiting(self) -> int:
        """Pages in the line."""
        return len(self._line)

    async def acquire(self, pixels: int, document: Hashable) -> int:
        """Wait for room for a page.

        Args:
            pixels: what the page costs.
            document: the document it belongs to.

        Returns:
            What was charged, to be given to `release`.
        """
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(min(pixels, self._capacity), document, turn)
        self._line.append(waiter)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(waiter)
            raise
        return waiter.cost

    def release(self, cost: int, document: Hashable) -> None:
        """Give back what `acquire` charged and let in whoever fits now."""
        self.used -= cost
        self._pages[document] -= 1
        if not self._pages[document]:
            del self._pages[document]
        self._admit()

    def _leave(self, waiter: _Waiter) -> None:
        if waiter in self._line:
            self._line.remove(waiter)
            self._admit()
        elif not waiter.turn.cancelled():
            self.release(waiter.cost, waiter.document)

    def _admit(self) -> None:
        """Let in everyone who fits, up to the first newcomer who does not: nobody passes a newcomer."""
        for waiter in self._line.copy():
            further = waiter.document in self._pages
            if self.used + waiter.cost <= self._capacity // (2 if further else 1):
                self._enter(waiter)
            elif not further:
                break

    def _enter(self, waiter: _Waiter) -> None:
        self._line.remove(waiter)
        if not waiter.turn.cancelled():
            self.used += waiter.cost
            self._pages[waiter.document] += 1
            waiter.turn.set_result(None)
