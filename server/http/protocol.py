"""uvicorn's HTTP protocol with limits for everything but the data of bodies, also for clients that do not read answers.

Without them, a client could send headers, trailers or requests for ever and fill the memory, could stay silent, or
could never read its answers. Between requests uvicorn's own keep-alive time holds, until the next byte. The data of
bodies has its limits in `server/http/body.py`, and what comes of it after the answer has one here. Trailers are
dropped: nothing here asks for one, and a proxy that checks or sets a header does not look for it there. A client that
closes its side of the connection, or half of it, is gone: its request is dropped. A wish to change the protocol
(``Upgrade``) is ignored, as a server may do: the request and its body are read like any other. A tunnel (``CONNECT``)
is refused.
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
"""Added for each header to the length of its name and value, as in HTTP/2: many short ones need more memory than
one."""
MAX_FRAMING_BYTES = 64 * 1024
"""Limit of a body's framing (chunk sizes, chunk extensions and trailers) beyond what its data allows."""
FRAMING_PER_BODY_BYTE = 16
"""Bytes of framing that each byte of a body's data allows. Clients may send chunks of one byte, with 5 bytes of
framing, or 12 if the size is padded to eight digits. A signature in each chunk is small compared with the chunk."""
PARSED_BYTES = 2048
"""Bytes that are parsed at once. The limits are checked in between, so that a piece of 256 KiB, as the system gives it,
cannot bring 14,000 requests of 18 bytes, which take 3 KiB each. Data of a body whose length is known is parsed whole:
no request can begin in it. Other bodies take 1 ms more per MiB."""
SLOWEST_BYTES_PER_SECOND = 32 * 1024
"""Slowest rate at which a client may take a large answer in the long run. Without it, a few clients that read one byte
now and then could keep the memory full for hours."""
FAREWELL_SECONDS = 64 * 1024 / SLOWEST_BYTES_PER_SECOND
"""For the end of a TLS connection that the server has closed. The transport waits for the client's farewell, and takes
and drops what comes instead. It may still hold 64 KiB of the answer by then, which it does not tell."""
MAX_UNSENT_BYTES = 64 * 1024
"""Bytes of answers that a connection holds before the next ones wait until the client takes these."""
MAX_LENGTH_DIGITS = 20
MAX_WAITING_REQUESTS = 8
"""Requests that may wait on one connection behind the one in work. Beyond that, nothing is parsed or read."""
_FRAMING_HEADERS = (b"content-length", b"transfer-encoding")
_NOTHING = memoryview(b"")
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_MUCH_FRAMING = (
    "The body has too many bytes of chunk sizes, extensions or trailers. Send larger chunks and no trailers."
)
_NO_TUNNEL = "This server is no proxy. It does not know the method CONNECT."
_TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n"


class HeadTooLarge(Exception):
    """The head of a request is over `MAX_HEAD_BYTES`; the parser hands it to the protocol."""


class _Flow(FlowControl):
    """Whether the connection is read."""

    held = False
    """True while read bytes wait to be parsed. uvicorn would read on whenever a request in work asks for its body."""

    def resume_reading(self) -> None:
        if not self.held:
            super().resume_reading()


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection. `limited_protocol` makes the class with its limits."""

    head_seconds: float
    max_connections: int
    """Connections that may be open at once."""
    max_rest_bytes: int
    """Bytes of a request that may still come after its answer, so that its client hears the answer."""

    _head_open = True
    """True while a head is awaited or arriving; false from its end to the end of the body."""
    _head_bytes = 0
    """Received bytes of the open head."""
    _field_bytes = 0
    """Bytes of its target and headers, with `FIELD_BYTES` for each."""
    _body_bytes = 0
    """Bytes of body data in the part that is being parsed."""
    _announced_bytes = 0
    """Bytes of body data that are still to come, where the head gave the length."""
    _framing_bytes = 0
    """Bytes of a body's framing beyond what its data allows."""
    _rest_bytes = 0
    """Bytes of the request that came after its answer."""
    _upgrading = False
    """True from the end of a head with a wish to change the protocol to the end of the part with that head."""
    _repeating = False
    """True while a new parser is given the part of a head that it must know."""
    _boundaries = 0
    """Begins and ends of heads and messages so far. A part with a boundary in it says nothing by its length."""
    _unparsed = _NOTHING
    """Bytes received while too many requests wait."""
    flow: _Flow
    _head_timer: asyncio.TimerHandle | None = None
    """Runs while nothing is being answered, and a head or the rest of a refused body has still to arrive."""
    _write_timer: asyncio.TimerHandle | None = None
    """Runs while the client takes nothing of the written bytes, also when the connection is closing."""
    _patience: float
    """Seconds that the client may still take nothing. Each such second reduces it; each piece it takes adds to it."""
    _pause_began = 0.0
    _answering: RequestResponseCycle | None = None
    """The request in work. uvicorn's ``cycle`` is the last one that arrived, which may wait behind it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer of the first head, or refuse the connection where too many are open."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(MAX_UNSENT_BYTES)  # TLS would hold 512 KiB
        self.flow = _Flow(transport)
        self._patience = self.head_seconds
        if len(self.connections) > self.max_connections:
            self._refuse(_TOO_MANY)
        else:
            self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers, and tell the request in work. uvicorn forgets it if another request waits behind it.

        What waits is dropped at once, so that the connection and its buffers go with it. The garbage collector would
        find them late: over TLS 256 KiB that it does not count.
        """
        self._stop_head_timer()
        self._stop_write_timer()
        self._unparsed = _NOTHING
        self.pipeline.clear()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)
        self.cycle = self._answering  # type: ignore[assignment]  # one that waits refers back to the connection

    def pause_writing(self) -> None:
        """The client does not take the written bytes: its time begins."""
        super().pause_writing()
        self._start_write_timer()

    def resume_writing(self) -> None:
        """The client took most of them. If the connection is closing, the rest has a time of its own."""
        self._stop_write_timer()
        if self.transport.is_closing():
            self._start_write_timer()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """An answer was written. If the connection ends with it, the client's time to take it begins."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._start_write_timer()
        elif self._unparsed:
            self._parse()

    def timeout_keep_alive_handler(self) -> None:
        """No request came. The rest of the last answer is not kept for ever."""
        super().timeout_keep_alive_handler()
        self._start_write_timer()

    def data_received(self, data: bytes) -> None:
        """Parse the bytes, or keep them while too many requests wait."""
        self._unparsed = memoryview(bytes(self._unparsed) + data if self._unparsed else data)
        self._parse()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        if self._repeating:
            return
        self._count_field(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which uvicorn would append to the headers."""
        if self._head_open and not self._repeating:
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
        """A head begins, and its time begins anew."""
        if self._repeating:
            return
        self._stop_head_timer()
        self._pass_boundary()
        self._field_bytes = self._announced_bytes = self._rest_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head ended; a body comes next, if only an empty one."""
        if self._repeating:
            self._repeating = False
            return
        self._upgrading = self.parser.should_upgrade()
        if self._upgrading and self.parser.get_method() == b"CONNECT":
            self.send_400_response(_NO_TUNNEL)
            return
        self._head_open = False
        self._stop_head_timer()
        self._pass_boundary()
        super().on_headers_complete()
        if 0 < len(self.pipeline) <= MAX_WAITING_REQUESTS:
            # uvicorn stops reading here, and would then not see the client leave.
            self.flow.resume_reading()

    def on_message_complete(self) -> None:
        """A body ended; a head comes next."""
        if self._upgrading:
            return  # only the parser believes so
        self._head_open = True
        self._pass_boundary()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that the parser refused."""
        if self._may_answer():
            super().send_400_response(msg)
        else:
            self.transport.close()
        self._start_write_timer()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        self._patience = self.head_seconds
        super()._start_asgi_task(cycle, app)

    def _parse(self) -> None:
        """Parse until nothing is left or too many requests wait. The limits are checked after each part."""
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
            self._unparsed = _NOTHING  # this empty rest would keep alive the bytes that it was cut from
            if self.flow.held:
                self.flow.held = False
                self.flow.resume_reading()
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]  # it is declared without None
            self._start_head_timer()

    def _parse_part(self, part: memoryview) -> None:
        boundaries, self._body_bytes = self._boundaries, 0
        try:
            self.parser.feed_data(part)
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, HeadTooLarge):
                self._refuse()
            else:
                self.logger.warning("Invalid HTTP request received.")
                self.send_400_response("Invalid HTTP request received.")
            return
        except httptools.HttpParserUpgrade as upgrade:
            if not self.transport.is_closing():
                self._parse_without_upgrade(part[upgrade.args[0] :])
            return
        if not self._head_open and self.cycle.response_complete:
            self._count_rest(len(part))
        if boundaries == self._boundaries:
            self._count_part(len(part))

    def _count_rest(self, size: int) -> None:
        """Count bytes that came after the answer to their request."""
        self._rest_bytes += size
        if self._rest_bytes > self.max_rest_bytes:
            self._give_up()

    def _count_part(self, size: int) -> None:
        """Count a part that lies within one head or one body."""
        if self._head_open:
            self._head_bytes += size
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse()
        else:
            allowed = FRAMING_PER_BODY_BYTE * self._body_bytes
            self._framing_bytes = max(0, self._framing_bytes + size - self._body_bytes - allowed)
            if self._framing_bytes > MAX_FRAMING_BYTES:
                self.send_400_response(_TOO_MUCH_FRAMING)

    def _parse_without_upgrade(self, rest: memoryview) -> None:
        """Parse on after a head with a wish to change the protocol.

        The parser takes what follows for another protocol, and the head's body with it. So a new one is given a head
        with the same body and without the wish.
        """
        self._upgrading, self._repeating = False, True
        framing = b"".join(b"%s: %s\r\n" % header for header in self.headers if header[0] in _FRAMING_HEADERS)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn makes it
        self._parse_part(memoryview(b"POST / HTTP/1.1\r\n" + framing + b"\r\n"))
        if rest and not self.transport.is_closing():
            self._parse_part(rest)

    def _count_field(self, size: int) -> None:
        self._field_bytes += size
        if self._field_bytes > MAX_HEAD_BYTES:
            raise HeadTooLarge

    def _may_answer(self) -> bool:
        """Whether bytes written now would be an answer, and not the middle of one or a second one."""
        if self._answering is None or self._answering.response_complete:
            return self._head_open
        return not self._answering.response_started

    def _start_write_timer(self) -> None:
        if self._write_timer is None:
            self._pause_began = self.loop.time()
            self._write_timer = self.loop.call_later(self._time_to_take(), self.transport.abort)

    def _time_to_take(self) -> float:
        """Seconds that the client has for what was written."""
        written = self.transport.is_closing() and self.transport.get_write_buffer_size() == 0
        return min(self._patience, FAREWELL_SECONDS) if written and self.scheme == "https" else self._patience

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
            earned = PIECE_BYTES / SLOWEST_BYTES_PER_SECOND - (self.loop.time() - self._pause_began)
            self._patience = max(0.0, min(self.head_seconds, self._patience + earned))

    def _pass_boundary(self) -> None:
        self._boundaries += 1
        self._head_bytes = self._framing_bytes = 0

    def _refuse(self, answer: bytes = _TOO_LARGE) -> None:
        self._stop_head_timer()
        if not self.transport.is_closing():
            if self._may_answer():
                self.transport.write(answer)
            self.transport.close()
            self._start_write_timer()

    def _start_head_timer(self) -> None:
        if self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _give_up(self) -> None:
        """Close, and give the client its remaining time for the rest of an earlier answer."""
        self._stop_head_timer()
        self.transport.close()
        self._start_write_timer()

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def limited_protocol(
    head_seconds: float, max_connections: int = sys.maxsize, max_rest_bytes: int = sys.maxsize
) -> type[LimitedHttpProtocol]:
    """The protocol class for `uvicorn.Config`, which makes its instances itself.

    Args:
        head_seconds: from the begin of a connection or a request to the end of the request's head; also for the client
            to take the bytes that were written to it.
        max_connections: that may be open at once. One more is refused before anything is read.
        max_rest_bytes: of a request that may still come after its answer. A client that sends all of its request before
            it reads would not hear an answer that is followed by the end of the connection.
    """

    class Protocol(LimitedHttpProtocol):
        pass

    Protocol.head_seconds, Protocol.max_connections = head_seconds, max_connections
    Protocol.max_rest_bytes = max_rest_bytes
    return Protocol
