"""uvicorn's HTTP protocol with limits for the head of a request, which uvicorn reads without any.

Without them a connection may send headers for ever, into memory, or be opened and then say nothing. Between requests
uvicorn's own keep-alive time holds, until the next byte; bodies have their limits in `server/api/body.py`.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HeadTooLarge(Exception):
    """The head of a request is over `MAX_HEAD_BYTES`; the parser hands it to the protocol."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection. `limited_protocol` makes the class with its time limit."""

    head_seconds: float

    _head_open = True
    """Waiting for, or within, the head of a request; false from its end to the end of its body."""
    _head_bytes = 0
    _turns = 0
    """Begins and ends of messages: where there was one in a piece of data, its length says nothing about a head."""
    _timer: asyncio.TimerHandle | None = None
    """Runs while nothing is being answered and the next head, or the rest of a refused body, has yet to arrive."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time of the first head."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and then see what is still unfinished."""
        turns = self._turns
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]  # it is declared without None
            self._start_timer()
        if self._head_open and turns == self._turns:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse()

    def on_message_begin(self) -> None:
        """A head begins, and its time."""
        self._stop_timer()
        self._turn()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head ended: check its size, because all of it may have come at once."""
        self._head_open = False
        self._stop_timer()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            self._head_bytes = MAX_HEAD_BYTES + 1
            raise HeadTooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A body ended; what comes next is a head."""
        self._head_open = True
        self._turn()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser stopped at."""
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _turn(self) -> None:
        self._turns += 1
        self._head_bytes = 0

    def _refuse(self) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _start_timer(self) -> None:
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def limited_protocol(head_seconds: float) -> type[LimitedHttpProtocol]:
    """The protocol for `uvicorn.Config`, which makes its instances itself.

    Args:
        head_seconds: from a connection's begin, or a request's, to the end of the request's head.
    """

    class Protocol(LimitedHttpProtocol):
        pass

    Protocol.head_seconds = head_seconds
    return Protocol
