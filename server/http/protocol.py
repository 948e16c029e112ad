"""uvicorn's HTTP protocol with limits for all but the data of bodies, and for a client that does not take its answer.

Without them a connection may send headers, trailers or requests for ever, into memory, be opened and then say nothing,
or ask and never read. Between requests uvicorn's own keep-alive time holds, until the next byte; the data of bodies has
its limits in `server/http/body.py`. Trailers are dropped: nothing here asks for one, and a proxy that checks or sets a
header does not look for it there. A client that closes its side, or half of it, is gone: its request is given up.
"""

import asyncio
import sys

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.http.paced_answers import PIECE_BYTES

MAX_HEAD_BYTES = 64 * 1024
FIELD_BYTES = 32
"""Counted for each header beside its name and value, as in HTTP/2: many short ones take more memory than a long one."""
MAX_FRAMING_BYTES = 64 * 1024
"""Sizes and extensions of chunks, and trailers, that no data of the body has made up for."""
FRAMING_PER_BODY_BYTE = 16
"""What each byte of a body makes up for. Clients may send a byte at a time, in chunks with 5 bytes of framing, or 12
where the size is padded to eight digits; a signature in each chunk is small beside the chunk."""
PARSED_BYTES = 2048
"""Parsed at once. Limits are looked at in between, so that a piece of 256 KiB, as the system gives it, cannot bring
14,000 requests of 18 bytes, which take 3 KiB each. Data of a body whose length is known is parsed whole: no request can
begin in it. Other bodies take 1 ms more per MiB."""
SLOWEST_BYTES_PER_SECOND = 32 * 1024
"""At which a client must take a large answer in the long run; else a few clients that read a byte now and then could
keep the memory full for hours."""
MAX_LENGTH_DIGITS = 20
MAX_WAITING_REQUESTS = 8
"""On one connection, behind the one in work; beyond, no more is parsed or read before that is answered."""
_NOTHING = memoryview(b"")
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_MUCH_FRAMING = (
    "The body has too many bytes of chunk sizes, extensions or trailers. Send larger chunks and no trailers."
)
_TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n"


class HeadTooLarge(Exception):
    """The head of a request is over `MAX_HEAD_BYTES`; the parser hands it to the protocol."""


class _Flow(FlowControl):
    """Whether the connection is read."""

    held = False
    """What was read is yet to be parsed; uvicorn would read on whenever a request in work asks for its body."""

    def resume_reading(self) -> None:
        if not self.held:
            super().resume_reading()


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection. `limited_protocol` makes the class with its time limit."""

    head_seconds: float
    most: int
    """Connections that may be open at once."""

    _head_open = True
    """Waiting for, or within, the head of a request; false from its end to the end of its body."""
    _head_bytes = 0
    """Received of the head that is open."""
    _field_bytes = 0
    """Of its target and headers, with `FIELD_BYTES` for each."""
    _body_bytes = 0
    """Of a body's data, in what is parsed at the moment."""
    _announced_bytes = 0
    """Of a body's data that is still to come, where its head said how much there is."""
    _framing_bytes = 0
    """Of a body, without its data and what that makes up for."""
    _turns = 0
    """Begins and ends of heads and messages: where there was one in what was parsed, its length says nothing."""
    _unparsed = _NOTHING
    """Received while too many requests wait."""
    flow: _Flow
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
        self.flow = _Flow(transport)
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
        elif self._unparsed:
            self._parse()

    def timeout_keep_alive_handler(self) -> None:
        """No request came; what was not taken of the last answer is not kept for ever."""
        super().timeout_keep_alive_handler()
        self._must_take()

    def data_received(self, data: bytes) -> None:
        """Parse what came, or keep it where too many requests wait."""
        self._unparsed = memoryview(bytes(self._unparsed) + data if self._unparsed else data)
        self._parse()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._count_field(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; or a trailer, which uvicorn would append to the headers."""
        if self._head_open:
            self._count_field(FIELD_BYTES + len(name) + len(value))
            if name.lower() == b"content-length" and value.isdigit() and len(value) < MAX_LENGTH_DIGITS:
                self._announced_bytes = int(value)
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Data of a body."""
        self._body_bytes += len(body)
        self._announced_bytes -= len(body)
        super().on_body(body)

    def on_message_begin(self) -> None:
        """A head begins, and its time."""
        self._stop_timer()
        self._turn()
        self._field_bytes = self._announced_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head ended; what comes next is a body, if only an empty one."""
        self._head_open = False
        self._stop_timer()
        self._turn()
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
        if self._may_answer():
            super().send_400_response(msg)
        else:
            self.transport.close()
        self._must_take()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        self._patience = self.head_seconds
        super()._start_asgi_task(cycle, app)

    def _parse(self) -> None:
        """Parse until nothing is left, or too many requests wait, and see after each part what is still unfinished."""
        self._unset_keepalive_if_required()
        while self._unparsed and len(self.pipeline) <= MAX_WAITING_REQUESTS and not self.transport.is_closing():
            size = PARSED_BYTES if self._head_open else max(PARSED_BYTES, self._announced_bytes)
            part, self._unparsed = self._unparsed[:size], self._unparsed[size:]
            self._parse_part(part)
        if self.transport.is_closing():
            self._unparsed = _NOTHING
        elif self._unparsed:
            self.flow.held = True
            self.flow.pause_reading()
        else:
            self._unparsed = _NOTHING  # this empty rest would keep all that it was cut from
            if self.flow.held:
                self.flow.held = False
                self.flow.resume_reading()
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]  # it is declared without None
            self._start_timer()

    def _parse_part(self, part: memoryview) -> None:
        turns, self._body_bytes = self._turns, 0
        try:
            self.parser.feed_data(part)
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, HeadTooLarge):
                self._refuse()
            else:
                self.logger.warning("Invalid HTTP request received.")
                self.send_400_response("Invalid HTTP request received.")
            return
        except httptools.HttpParserUpgrade:
            self._unsupported_upgrade_warning()
            self._unparsed = _NOTHING  # it is not known to be HTTP
        if turns != self._turns:
            return
        if self._head_open:
            self._head_bytes += len(part)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse()
        else:
            made_up_for = FRAMING_PER_BODY_BYTE * self._body_bytes
            self._framing_bytes = max(0, self._framing_bytes + len(part) - self._body_bytes - made_up_for)
            if self._framing_bytes > MAX_FRAMING_BYTES:
                self.send_400_response(_TOO_MUCH_FRAMING)

    def _count_field(self, size: int) -> None:
        self._field_bytes += size
        if self._field_bytes > MAX_HEAD_BYTES:
            raise HeadTooLarge

    def _may_answer(self) -> bool:
        """Whether something written now would be an answer, and not the middle of one or a second one."""
        if self._answering is None or self._answering.response_complete:
            return self._head_open
        return not self._answering.response_started

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
        self._head_bytes = self._framing_bytes = 0

    def _refuse(self, answer: bytes = _TOO_LARGE) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            if self._may_answer():
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
