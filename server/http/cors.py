"""Lets web pages of allowed origins read the answers of certain routes (CORS). By default there are no such origins.

A page has no access by itself: it needs a token like any client, and sends it in the header Authorization. So cookies
and other credentials of the browser are never allowed, and no wildcard is.
"""

from collections.abc import Collection

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.http.route_paths import RoutePaths

CORS = "cors"
"""Option of a route that pages of allowed origins may use."""
REQUEST_HEADERS = "Authorization, Content-Type, X-Request-Id"
EXPOSED_HEADERS = "Retry-After, X-Document-Pages, X-Error-Hint, X-Error-Reason, X-Request-Id"
MAX_AGE_SECONDS = 600
"""A browser asks again after this time. A change of the list then holds for pages that were allowed before."""


class Cors:
    """Wraps an ASGI application.

    Args:
        app: handles the request.
        origins: the allowed ones, as browsers write them.
        paths: of the routes with the option `CORS`.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str], paths: RoutePaths) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._paths = paths

    def allows(self, path: str, origin: str) -> bool:
        """Whether a page of this origin may use this path."""
        return origin in self._origins and bool(self._paths.methods(path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request; other scopes pass through."""
        methods = self._paths.methods(scope["path"]) if self._origins and scope["type"] == ScopeType.HTTP else ()
        if not methods:
            await self._app(scope, receive, send)
            return
        headers = Headers.from_scope(scope)
        origin = headers.get("origin", "")
        allowed = origin in self._origins

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableScopeHeaders.from_message(message), origin if allowed else None)
            await send(message)

        if allowed and scope.get("method") == "OPTIONS" and "access-control-request-method" in headers:
            await _answer_preflight(methods, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)


def _mark(headers: MutableScopeHeaders, origin: str | None) -> None:
    """Say who may read an answer. Caches are told that this depends on the origin, also if it is not allowed."""
    headers.extend_header_value("Vary", "Origin")
    if origin is not None:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS


async def _answer_preflight(methods: Collection[str], send: Send) -> None:
    """Tell a browser what a page may send. It has sent nothing yet."""
    headers = {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
    }
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
