"""The outermost layer gives every request an id, a log line, metrics and headers, also one that matches no route."""

import logging
import time
from collections.abc import Callable

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.http.security_headers import add_security_headers
from server.telemetry.inside import Inside
from server.telemetry.metrics import Metrics
from server.telemetry.record import CURRENT, record_of

logger = logging.getLogger("ppocr.access")

CLIENT_GONE = 499
ERROR = 400
MAX_REQUEST_ID = 128
"""Characters of a caller's X-Request-Id. A longer one is replaced."""
PROBED = ("/health", "/metrics")
"""Routes that machines call every few seconds. They are logged at debug level, unless something is wrong."""


class RequestTelemetry:
    """Wraps an ASGI application.

    Args:
        app: handles the request.
        metrics: counts it.
        inside: knows that it is inside.
        contract_of: gives the name of the contract that a path belongs to; empty if it belongs to none.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, inside: Inside, contract_of: Callable[[str], str]) -> None:
        self._app = app
        self._contract_of = contract_of
        self._inside = inside
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request; other scopes pass through."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        record = record_of(scope)  # type: ignore[arg-type]
        record.request_id = _given_id(Headers.from_scope(scope)) or record.request_id
        record.contract = self._contract_of(scope["path"])
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
        self._inside.request_began(record)
        outside = CURRENT.set(record)
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._finish(scope, status, time.perf_counter() - started)
            record.ended = True
            CURRENT.reset(outside)

    def _finish(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("path_template")
        method = str(scope.get("method", ""))
        self._metrics.request_finished(method, route, status, seconds)
        record = record_of(scope)  # type: ignore[arg-type]
        self._inside.request_ended(record, record.late_status or status)
        facts = {
            **record.facts(),
            "route": route or "unmatched",
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": record.body_bytes,
            "pages": record.pages,
        }
        if record.warnings:
            facts["warnings"] = ",".join(sorted(record.warnings))
        if record.error:
            facts["error"] = record.error
        quiet = status < ERROR and str(route).startswith(PROBED)
        logger.log(logging.DEBUG if quiet else logging.INFO, "request", extra={"facts": facts})


def _given_id(headers: Headers) -> str | None:
    """The caller's X-Request-Id, if there is one and it is safe to repeat in a header and in a log."""
    given = headers.get("x-request-id", "")
    safe = 0 < len(given) <= MAX_REQUEST_ID and given.isascii() and given.isprintable()
    return given if safe else None
