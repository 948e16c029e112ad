"""The door: how many requests and bytes may be inside at once. What would not fit is refused at once.

The caller hears 503 and can go elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from server.errors import Overloaded

STRANGERS_SHARE = 0.25
"""Of the bytes inside, at most so much is bodies on their way from callers that only the body itself will name: else
strangers that send all but the last byte could shut out those who have shown their keys."""


class Ticket:
    """What one request keeps in memory; given back when it ends."""

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

    def arrived(self) -> None:
        """The body is here, so who sends it will be known at once; its bytes count like anybody's from now on."""
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
        """Count the bytes of one request that has no place yet: its body is still on its way.

        Args:
            stranger: only the body will tell whose it is.
        """
        ticket = Ticket(self, stranger)
        try:
            yield ticket
        finally:
            ticket.close()

    def charge(self, count: int) -> None:
        """Add bytes to what is inside. Raises `Overloaded` and adds nothing where that is too much."""
        if self.bytes + count > self._max_bytes:
            raise Overloaded
        self.bytes += count

    def charge_stranger(self, count: int, own: int) -> None:
        """Count bytes that were charged as those of a stranger who sent ``own`` before; one alone may send any body.

        Raises:
            Overloaded: all strangers together hold too much; these bytes are taken off again.
        """
        if self.strangers_bytes > own and self.strangers_bytes + count > STRANGERS_SHARE * self._max_bytes:
            self.discharge(count)
            raise Overloaded
        self.strangers_bytes += count

    def check_room(self) -> None:
        """Raise `Overloaded` where what is inside leaves no room."""
        if self.bytes >= self._max_bytes:
            raise Overloaded

    @contextmanager
    def holding(self, count: int) -> Iterator[None]:
        """Count an answer's bytes while its client takes them. It is never refused; whoever comes next may be."""
        self.bytes += count
        try:
            yield
        finally:
            self.bytes -= count

    def discharge(self, count: int) -> None:
        """Take bytes off what is inside."""
        self.bytes -= count
