"""An answer that is sent page by page: one JSON object a line, each page's as soon as it is read.

The head of the answer leaves with the first page. So an error before it is answered like any other. An error after it
is a last line with the error's envelope, because the status is already sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from models.tasks import outlived_by
from server.contracts.paddlex_shapes.envelope import envelope, new_log_id
from server.errors import ClientDisconnected
from server.telemetry.failed_requests import note_failure
from server.telemetry.record import record_of

JSON_LINES = "application/x-ndjson"
HEADERS = {
    "Content-Type": JSON_LINES,
    "X-Accel-Buffering": "no",  # nginx would keep the first pages back until it has more
}


class PageSender:
    """Sends the lines of one answer.

    Args:
        send: the ASGI send channel. It waits while the client takes nothing.

    Attributes:
        begun: whether the head of the answer is sent, or is being sent.
    """

    def __init__(self, send: Send) -> None:
        self.begun = False
        self._send = send
        self._sending: asyncio.Task[None] | None = None

    async def send(self, line: bytes, headers: Mapping[str, str]) -> None:
        """Send a line, and before the first one the head of the answer.

        Args:
            line: a JSON object, without the line's end.
            headers: more headers of the answer. Only those of the first line are sent.
        """
        if not self.begun:
            self.begun = True
            named = {**HEADERS, **headers}.items()
            raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named]
            await self._send_whole({"type": "http.response.start", "status": 200, "headers": raw})
        await self._send_whole({"type": "http.response.body", "body": line + b"\n", "more_body": True})

    async def end(self) -> None:
        """End the answer."""
        await self._send_whole({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_whole(self, message: Message) -> None:
        """Send a message whole, even if this is cancelled meanwhile. Half a line before the next would break both."""
        if self._sending is not None:
            await self._sending
        self._sending = asyncio.ensure_future(self._send(message))
        await outlived_by(self._sending)


class PageStream(Response[bytes]):
    """An answer whose work is done while it is sent.

    Args:
        work: reads the document and sends its pages.
    """

    def __init__(self, work: Callable[[PageSender], Awaitable[None]]) -> None:
        super().__init__(b"", media_type=JSON_LINES)
        self._work = work

    def to_asgi_response(self, *_args: Any, **_kwargs: Any) -> ASGIApp:  # type: ignore[override]
        """Give the application that does the work."""

        async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
            sender, record = PageSender(send), record_of(scope)  # type: ignore[arg-type]
            try:
                await self._work(sender)
            except Exception as error:
                if not sender.begun:
                    raise
                failure = note_failure(record, error)
                record.late_status = failure.status
                if not isinstance(failure, ClientDisconnected):
                    line = envelope(record.log_id or new_log_id(), failure.status, failure.message)
                    await sender.send(line, {})
            await sender.end()

        return answer
