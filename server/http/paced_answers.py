"""Sends large answers in pieces, as fast as their clients take them, and counts them as memory in use until then.

A whole answer would go to the connection's buffer at once, where nobody counts it. A client that asks for many answers
and reads none would fill the memory. `server/http/protocol.py` closes the connection of a client that reads too slowly.
"""

from typing import Any, cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.admission.requests import Admission

PIECE_BYTES = 256 * 1024
DOWNLOAD = "download"
"""Option of a route whose files are open to everyone who has their link."""


class PacedAnswers:
    """Wraps an ASGI application.

    Args:
        app: handles the request.
        admission: counts the bytes that clients have still to take. New requests are refused where that is too much.
        downloads: counts them for routes with the option `DOWNLOAD`, which refuse by it. So callers that download
            slowly do not shut out those that send documents.
    """

    def __init__(self, app: ASGIApp, admission: Admission, downloads: Admission) -> None:
        self._app = app
        self._admission = admission
        self._downloads = downloads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def send_paced(message: Message) -> None:
            if message["type"] != "http.response.body" or len(message["body"]) <= PIECE_BYTES:
                await send(message)
                return
            body = memoryview(message["body"])
            # A request that matches no route has no handler.
            handler = cast("dict[str, Any]", scope).get("route_handler")
            download = handler is not None and DOWNLOAD in handler.opt
            with (self._downloads if download else self._admission).holding(len(body)):
                for begin in range(0, len(body), PIECE_BYTES):
                    last = begin + PIECE_BYTES >= len(body)
                    piece: Message = {
                        "type": "http.response.body",
                        "body": bytes(body[begin : begin + PIECE_BYTES]),
                        "more_body": message["more_body"] if last else True,
                    }
                    await send(piece)

        await self._app(scope, receive, send_paced)
