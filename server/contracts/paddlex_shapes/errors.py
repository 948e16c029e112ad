"""Error answers: the contract's envelope ``{"logId", "errorCode", "errorMsg"}`` for every error.

The answer echoes the caller's ``logId`` if it is known. If a request is refused before its body was read, a contract
may have the body read for its ``logId``, provided that it announces its size and few others are being read so. In all
other cases the answer holds a new ``logId``; always so with 408 and 413, whose bodies never arrived whole.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from server.config.settings import LimitSettings
from server.contracts.base import AnyRequest
from server.contracts.paddlex_shapes.envelope import envelope, new_log_id
from server.contracts.paddlex_shapes.json_body import peek_log_id
from server.errors import RequestError
from server.http.body import read_body, split_content_type
from server.runtime import Runtime
from server.telemetry.record import record_of

REASON_HEADER = "X-Error-Reason"
HINT_HEADER = "X-Error-Hint"

PeekLimits = Mapping[int, LimitSettings]
"""The limits within which the body of a refused request is read for its ``logId``, by the status of the refusal."""

_REFUSED = LimitSettings(max_body_bytes=4 * 1024 * 1024, body_timeout_seconds=2.0)
_FULL = LimitSettings(max_body_bytes=64 * 1024, body_timeout_seconds=2.0)
PEEK_LIMITS: PeekLimits = {401: _REFUSED, 404: _REFUSED, 405: _REFUSED, 429: _FULL, 503: _FULL}
"""The limit is 4 MiB for requests that are refused for good, and 64 KiB for those that find the server full."""


class ErrorAnswers:
    """Makes the answers to errors.

    Args:
        runtime: the running server. Its ``peeks`` bounds the bodies that are read for their ``logId``.
        peek_limits: of these bodies; a status that is not there reads none.
        form_key: repeats the message in answers to forms (multipart/form-data); empty for none.

    Attributes:
        peek_limits: as given.
    """

    def __init__(self, runtime: Runtime, peek_limits: PeekLimits, *, form_key: str = "") -> None:
        self._runtime = runtime
        self.peek_limits = peek_limits
        self._form_key = form_key

    def answer(self, request: AnyRequest, error: RequestError) -> Response[bytes]:
        """The envelope of an error. Headers say its cause in a word, and what to send instead."""
        form = split_content_type(request.headers.get("content-type", "")) == ("multipart", "form-data")
        response = ErrorResponse(error.status, error.message, self, self._form_key if form else "")
        response.headers[REASON_HEADER] = error.reason_word
        if error.hint:
            response.headers[HINT_HEADER] = error.hint
        return response

    async def peek(self, scope: Scope, receive: Receive, limits: LimitSettings) -> str | None:
        """Read a body for its ``logId``. If the body is wrong, there is none, and the error stays the one to answer."""
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"").decode("latin-1")
        if not announced.isdigit() or not 0 < int(announced) <= limits.max_body_bytes:
            return None
        try:
            with self._runtime.peeks.enter() as ticket:
                body = await read_body(receive, announced, ticket, limits)
                return await self._runtime.threads.run(peek_log_id, body)
        except RequestError:
            return None


class ErrorResponse(Response[bytes]):
    """An envelope whose ``logId`` may still be in an unread body."""

    def __init__(self, status: int, message: str, answers: ErrorAnswers, repeated_as: str) -> None:
        super().__init__(b"", status_code=status, media_type="application/json")
        self._message = message
        self._answers = answers
        self._repeated_as = repeated_as

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIApp:  # type: ignore[override]
        """Find the ``logId``, then answer as usual."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            record = record_of(scope)  # type: ignore[arg-type]
            limits = self._answers.peek_limits.get(int(self.status_code or 500))
            if record.log_id is None and not record.body_begun and limits is not None:
                record.log_id = await self._answers.peek(scope, receive, limits)
            record.log_id = record.log_id or new_log_id()
            self.content = envelope(record.log_id, int(self.status_code or 500), self._message, self._repeated_as)
            await super_response(*args, **kwargs)(scope, receive, send)

        super_response = super().to_asgi_response
        return answer
