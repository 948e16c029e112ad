"""Large answers leave in pieces, as fast as their clients take them, and count as memory in use until they are gone.

A whole answer would go to the connection's buffer at once, and a client that asks for many and reads none would fill
the memory with what nobody counts. `server/http/protocol.py` ends the connection of a client that takes none for long.
"""

from typing import Any, cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.admission.requests import Admission

PIECE_BYTES = 256 * 1024
DOWNLOAD = "download"
"""Option of a route that gives files away to whoever has their link."""


class PacedAnswers:
    """Wraps an ASGI application.

    Args:
        app: handles the request.
        admission: counts what is still to be taken, so that newcomers are refused where that is too much.
        downloads: counts it for routes with the option `DOWNLOAD`, which refuse by it: who takes files slowly must not
            shut out those who send documents.
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
            # What no route was found for has no handler.
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
