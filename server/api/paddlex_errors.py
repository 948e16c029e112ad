"""Error answers: the contract's envelope ``{"logId", "errorCode", "errorMsg"}``, whatever went wrong, on every route.

The caller's ``logId`` is echoed where it is known. Where a request is refused before its body was read, a JSON body
that announces its size is read for it: up to 4 MiB with 401, 404 and 405, up to 64 KiB with 503, as long as few others
are being read so. Otherwise, and always with 408 and 413, whose bodies never arrived whole, the answer holds a new one.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from server.api.body import read_body
from server.api.json_body import peek_log_id
from server.errors import RequestError
from server.runtime import Runtime
from server.settings import LimitSettings
from server.telemetry.logs import forget_locals, where
from server.telemetry.record import RequestRecord, record_of

logger = logging.getLogger("ppocr.errors")

AnyRequest = Request[Any, Any, Any]
_REFUSED = LimitSettings(max_body_bytes=4 * 1024 * 1024, body_timeout_seconds=2.0)
_FULL = LimitSettings(max_body_bytes=64 * 1024, body_timeout_seconds=2.0)
PEEK_LIMITS = {401: _REFUSED, 404: _REFUSED, 405: _REFUSED, 503: _FULL}


def new_log_id() -> str:
    """A ``logId`` for a request that brought none."""
    return str(uuid.uuid4())


def envelope(log_id: str, code: int, message: str) -> bytes:
    """The contract's answer without a result, as JSON."""
    content = {"logId": log_id, "errorCode": code, "errorMsg": message}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


class ErrorResponse(Response[bytes]):
    """An envelope whose ``logId`` may still lie in a body that nobody read."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str]) -> None:
        super().__init__(b"", status_code=status, headers=dict(headers), media_type="application/json")
        self._message = message

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIApp:  # type: ignore[override]
        """Find the ``logId``, then answer as usual."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            record = record_of(scope)  # type: ignore[arg-type]
            limits = PEEK_LIMITS.get(int(self.status_code or 500))
            if record.log_id is None and not record.body_begun and limits is not None:
                record.log_id = await _peek(scope, receive, limits)
            self.content = envelope(record.log_id or new_log_id(), int(self.status_code or 500), self._message)
            await super_response(*args, **kwargs)(scope, receive, send)

        super_response = super().to_asgi_response
        return answer


def handle_request_error(request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Answer an error that was foreseen."""
    record = _note(request, error)
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request failed: %s", where(error), extra={"facts": {"request": record.request_id}})
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return ErrorResponse(error.status, error.message, headers)


def handle_http_exception(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer what the framework refused; its own words stay here."""
    _note(request, error)
    headers = {}
    allowed = (error.headers or {}).get("allow")
    if allowed:
        headers["Allow"] = ", ".join(sorted(set(allowed.split(", ")) - {"OPTIONS"}))
    return ErrorResponse(error.status_code, _phrase(error.status_code), headers)


def handle_unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer a bug: the log says where, the caller learns nothing."""
    record = _note(request, error)
    logger.error("request failed unexpectedly: %s", where(error), extra={"facts": {"request": record.request_id}})
    return ErrorResponse(500, RequestError.default_message, {})


def _note(request: AnyRequest, error: Exception) -> RequestRecord:
    record = record_of(request.scope)  # type: ignore[arg-type]
    record.error = type(error).__name__
    forget_locals(error)
    return record


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase if status != 500 else RequestError.default_message
    except ValueError:
        return RequestError.default_message


async def _peek(scope: Scope, receive: Receive, limits: LimitSettings) -> str | None:
    """Read a body for its ``logId``. Whatever is wrong with it, the answer is the one that was due anyway."""
    headers = dict(scope["headers"])
    announced = headers.get(b"content-length", b"").decode("latin-1")
    if not announced.isdigit() or not 0 < int(announced) <= limits.max_body_bytes:
        return None
    runtime: Runtime = scope["litestar_app"].state.runtime
    try:
        with runtime.peeks.enter() as ticket:
            return peek_log_id(await read_body(receive, announced, ticket, limits))
    except RequestError:
        return None
