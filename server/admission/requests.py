"""Bounds the requests and bytes that are inside the server at once.

A request that would not fit is refused at once: its caller gets 503 and can go elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from server.errors import Overloaded

STRANGERS_SHARE = 0.25
"""Largest share of the bytes inside that the arriving bodies of strangers may hold.

A stranger is a caller whom only the body will name. Without this limit, strangers that send all but the last byte could
shut out the callers that have shown their keys."""


class Ticket:
    """Counts the bytes that one request keeps in memory. They are given back when it ends."""

    def __init__(self, admission: "Admission", stranger: bool) -> None:
        self._admission = admission
        self._stranger = stranger
        self._bytes = 0

    def add_bytes(self, count: int) -> None:
        """Charge bytes that this request keeps in memory.

        Raises:
            Overloaded: all requests together would hold more than the configured bytes.
        """
        self._admission.charge(count)
        if self._stranger:
            self._admission.charge_stranger(count, self._bytes)
        self._bytes += count

    def hold(self, count: int) -> None:
        """Count bytes of the answer that wait for the client. They are never refused, but the next request may be."""
        self._admission.bytes += count
        self._bytes += count

    def drop(self, count: int) -> None:
        """Stop counting bytes that `hold` counted."""
        self._admission.discharge(count)
        self._bytes -= count

    def arrived(self) -> None:
        """Say that the body is complete. Its caller will be known at once, so it is no stranger's body any more."""
        if self._stranger:
            self._admission.strangers_bytes -= self._bytes
            self._stranger = False

    def close(self) -> None:
        """Give back everything that was charged."""
        self.arrived()
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
        self.strangers_bytes = 0

    @contextmanager
    def enter(self) -> Iterator[Ticket]:
        """Take a place for one request, and a ticket for its bytes.

        Raises:
            Overloaded: all places are taken.
        """
        with self.place(), self.ticket() as ticket:
            yield ticket

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place for one request.

        Raises:
            Overloaded: all places are taken.
        """
        if self.requests >= self._max_requests:
            raise Overloaded
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1

    @contextmanager
    def ticket(self, *, stranger: bool = False) -> Iterator[Ticket]:
        """Count the bytes of one request that has no place yet: its body is still arriving.

        Args:
            stranger: only the body will name the caller.
        """
        ticket = Ticket(self, stranger)
        try:
            yield ticket
        finally:
            ticket.close()

    def charge(self, count: int) -> None:
        """Count bytes as inside.

        Raises:
            Overloaded: that would be too much; nothing was counted.
        """
        if self.bytes + count > self._max_bytes:
            raise Overloaded
        self.bytes += count

    def charge_stranger(self, count: int, own: int) -> None:
        """Count charged bytes as a stranger's, who sent ``own`` bytes before. One stranger alone may send any body.

        Raises:
            Overloaded: all strangers together would hold too much; these bytes are discharged again.
        """
        if self.strangers_bytes > own and self.strangers_bytes + count > STRANGERS_SHARE * self._max_bytes:
            self.discharge(count)
            raise Overloaded
        self.strangers_bytes += count

    def check_room(self) -> None:
        """Refuse where the bytes inside leave no room.

        Raises:
            Overloaded: there is none.
        """
        if self.bytes >= self._max_bytes:
            raise Overloaded

    @contextmanager
    def holding(self, count: int) -> Iterator[None]:
        """Count an answer's bytes while its client takes them. They are never refused, but the next request may be."""
        self.bytes += count
        try:
            yield
        finally:
            self.bytes -= count

    def discharge(self, count: int) -> None:
        """Stop counting bytes as inside."""
        self.bytes -= count
