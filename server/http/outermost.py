"""The outermost layer gives every request an id, a log line, metrics and headers, also one that matches no route."""

import logging
import time

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.http.security_headers import add_security_headers
from server.telemetry.inside import Inside
from server.telemetry.metrics import Metrics
from server.telemetry.record import record_of

logger = logging.getLogger("ppocr.access")

CLIENT_GONE = 499
ERROR = 400
PROBED = ("/health", "/metrics")
"""Routes that machines call every few seconds. They are logged at debug level, unless something is wrong."""


class RequestTelemetry:
    """Wraps an ASGI application.

    Args:
        app: handles the request.
        metrics: counts it.
        inside: knows that it is inside.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, inside: Inside) -> None:
        self._app = app
        self._inside = inside
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request; other scopes pass through."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        record = record_of(scope)  # type: ignore[arg-type]
        started = time.perf_counter()
        status = CLIENT_GONE

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                headers["X-Request-Id"] = record.request_id
                add_security_headers(headers)
            await send(message)

        self._metrics.request_started()
        self._inside.request_began(record.request_id)
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._finish(scope, status, time.perf_counter() - started)

    def _finish(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("path_template")
        method = str(scope.get("method", ""))
        self._metrics.request_finished(method, route, status, seconds)
        record = record_of(scope)  # type: ignore[arg-type]
        self._inside.request_ended(record.request_id, status)
        facts = {
            "request": record.request_id,
            "route": route or "unmatched",
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": record.body_bytes,
            "pages": record.pages,
        }
        if record.error:
            facts["error"] = record.error
        quiet = status < ERROR and str(route).startswith(PROBED)
        logger.log(logging.DEBUG if quiet else logging.INFO, "request", extra={"facts": facts})
