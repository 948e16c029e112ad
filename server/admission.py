"""The door: how many requests and bytes may be inside, and how many detection pixels may be worked on at once.

`Admission` refuses at once what would not fit (the caller hears 503 and can go elsewhere). `PixelGate` never refuses:
what is inside waits its turn, first come, first served, and a waiter that is cancelled leaves the line.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from server.errors import Overloaded


class Ticket:
    """One request's place inside; its bytes are given back when the place is."""

    def __init__(self, admission: "Admission") -> None:
        self._admission = admission
        self._bytes = 0

    def add_bytes(self, count: int) -> None:
        """Charge bytes that this request keeps in memory.

        Raises:
            Overloaded: all requests together would hold more than the configured bytes.
        """
        self._admission.charge(count)
        self._bytes += count

    def close(self) -> None:
        """Give back everything that was charged."""
        self._admission.discharge(self._bytes)
        self._bytes = 0


class Admission:
    """Counts requests and body bytes inside the server.

    Args:
        max_requests: requests that may be inside at once, waiting and running together.
        max_bytes: body bytes that they may hold together.
    """

    def __init__(self, max_requests: int, max_bytes: int) -> None:
        self._max_requests = max_requests
        self._max_bytes = max_bytes
        self.requests = 0
        self.bytes = 0

    @contextmanager
    def enter(self) -> Iterator[Ticket]:
        """Take a place for one request.

        Raises:
            Overloaded: all places are taken.
        """
        if self.requests >= self._max_requests:
            raise Overloaded
        self.requests += 1
        ticket = Ticket(self)
        try:
            yield ticket
        finally:
            ticket.close()
            self.requests -= 1

    def charge(self, count: int) -> None:
        """Add bytes to what is inside. Raises `Overloaded` and adds nothing where that is too much."""
        if self.bytes + count > self._max_bytes:
            raise Overloaded
        self.bytes += count

    def discharge(self, count: int) -> None:
        """Take bytes off what is inside."""
        self.bytes -= count


class PixelGate:
    """A first-come-first-served semaphore whose unit is one detection pixel.

    Args:
        capacity: detection pixels that may be worked on at once. A page that costs more runs alone.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._line: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.used = 0

    @property
    def waiting(self) -> int:
        """Pages in the line."""
        return len(self._line)

    async def acquire(self, pixels: int) -> int:
        """Wait for room for a page.

        Args:
            pixels: what the page costs.

        Returns:
            What was charged, to be given to `release`.
        """
        cost = min(pixels, self._capacity)
        if not self._line and self.used + cost <= self._capacity:
            self.used += cost
            return cost
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (cost, turn)
        self._line.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(entry)
            raise
        return cost

    def release(self, cost: int) -> None:
        """Give back what `acquire` charged and let in whoever fits now."""
        self.used -= cost
        self._admit()

    def _leave(self, entry: tuple[int, asyncio.Future[None]]) -> None:
        if entry in self._line:
            self._line.remove(entry)
            self._admit()
        elif not entry[1].cancelled():
            self.release(entry[0])

    def _admit(self) -> None:
        while self._line and self.used + self._line[0][0] <= self._capacity:
            cost, turn = self._line.popleft()
            if turn.cancelled():
                continue
            self.used += cost
            turn.set_result(None)
