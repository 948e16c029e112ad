"""uvicorn's HTTP protocol with limits for the head of a request and for a client that does not take its answer.

Without them a connection may send headers for ever, into memory, be opened and then say nothing, or ask and never read.
Between requests uvicorn's own keep-alive time holds, until the next byte; bodies have their limits in
`server/http/body.py`. A client that closes its side, or half of it, is gone: its request is given up.
"""

import asyncio
import sys

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.http.paced_answers import PIECE_BYTES

MAX_HEAD_BYTES = 64 * 1024
SLOWEST_BYTES_PER_SECOND = 32 * 1024
"""At which a client must take a large answer in the long run; else a few clients that read a byte now and then could
keep the memory full for hours."""
MAX_WAITING_REQUESTS = 8
"""On one connection, behind the one in work; beyond, no more is read before that is answered."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n"


class HeadTooLarge(Exception):
    """The head of a request is over `MAX_HEAD_BYTES`; the parser hands it to the protocol."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection. `limited_protocol` makes the class with its time limit."""

    head_seconds: float
    most: int
    """Connections that may be open at once."""

    _head_open = True
    """Waiting for, or within, the head of a request; false from its end to the end of its body."""
    _head_bytes = 0
    _turns = 0
    """Begins and ends of messages: where there was one in a piece of data, its length says nothing about a head."""
    _timer: asyncio.TimerHandle | None = None
    """Runs while nothing is being answered and the next head, or the rest of a refused body, has yet to arrive."""
    _taking: asyncio.TimerHandle | None = None
    """Runs while the client takes none of what was written, or is waited for with the connection all but closed."""
    _patience: float
    """Seconds that it may still take none: less with each that it did, more with each piece that it took."""
    _pause_began = 0.0
    _answering: RequestResponseCycle | None = None
    """The request in work; ``cycle`` is the last one that arrived, which may wait behind it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time of the first head, or refuse the connection where too many are open."""
        super().connection_made(transport)
        self._patience = self.head_seconds
        if len(self.connections) > self.most:
            self._refuse(_TOO_MANY)
        else:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time, and tell the request in work, which uvicorn forgets where another one waits behind it."""
        self._stop_timer()
        self._taken()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not take what was written; its time begins."""
        super().pause_writing()
        self._must_take()

    def resume_writing(self) -> None:
        """It took most of it; of a connection that is closing, the rest has a time of its own."""
        self._taken()
        if self.transport.is_closing():
            self._must_take()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """An answer was written; where the connection ends with it, the client has so long to take it."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._must_take()

    def timeout_keep_alive_handler(self) -> None:
        """No request came; what was not taken of the last answer is not kept for ever."""
        super().timeout_keep_alive_handler()
        self._must_take()

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
        if 0 < len(self.pipeline) <= MAX_WAITING_REQUESTS:
            # uvicorn stops reading here, and with that would not see the client go.
            self.flow.resume_reading()

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
            self._must_take()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        self._patience = self.head_seconds
        super()._start_asgi_task(cycle, app)

    def _must_take(self) -> None:
        if self._taking is None:
            self._pause_began = self.loop.time()
            self._taking = self.loop.call_later(self._patience, self.transport.abort)

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
            earned = PIECE_BYTES / SLOWEST_BYTES_PER_SECOND - (self.loop.time() - self._pause_began)
            self._patience = max(0.0, min(self.head_seconds, self._patience + earned))

    def _turn(self) -> None:
        self._turns += 1
        self._head_bytes = 0

    def _refuse(self, answer: bytes = _TOO_LARGE) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
            self._must_take()

    def _start_timer(self) -> None:
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _too_slow(self) -> None:
        """Close, and wait no longer for what the client has not taken of an earlier answer."""
        self.transport.close()
        self._must_take()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def limited_protocol(head_seconds: float, most: int = sys.maxsize) -> type[LimitedHttpProtocol]:
    """The protocol for `uvicorn.Config`, which makes its instances itself.

    Args:
        head_seconds: from a connection's begin, or a request's, to the end of the request's head; also for the client
            to take what was written to it.
        most: connections that may be open at once. Whoever makes one more is refused before anything is read.
    """

    class Protocol(LimitedHttpProtocol):
        pass

    Protocol.head_seconds, Protocol.most = head_seconds, most
    return Protocol
