"""Handles every error: it goes into the log, and the contract that owns the request's path answers it."""

from collections.abc import Sequence
from http import HTTPStatus

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from server.contracts.base import AnyRequest, Contract
from server.contracts.registry import owner_of
from server.errors import RefusedByHttp, RequestError
from server.telemetry.failed_requests import note_error, note_failure
from server.telemetry.record import record_of

CHALLENGE = 'Bearer realm="ppocr-server"'
"""Says with each 401 how clients sign in (RFC 9110, 15.5.2). Browsers show no window of their own for it."""


class ErrorHandlers:
    """The application's exception handlers.

    Args:
        contracts: those that are switched on. Our own answers errors on every path that no other contract owns.
    """

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._contracts = tuple(contracts)

    def failed(self, request: AnyRequest, error: Exception) -> Response[bytes]:
        """Answer an error of ours, or an unexpected one. Of that, the log names the place in the code."""
        return self._answer(request, note_failure(record_of(request.scope), error))  # type: ignore[arg-type]

    def refused(self, request: AnyRequest, error: HTTPException) -> Response[bytes]:
        """Answer a request that the framework refused. Its own message is not sent."""
        note_error(record_of(request.scope), error)  # type: ignore[arg-type]
        response = self._answer(request, RefusedByHttp(error.status_code, _phrase(error.status_code)))
        allowed = (error.headers or {}).get("allow")
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(set(allowed.split(", ")) - {"OPTIONS"}))
        return response

    def early(self, request: AnyRequest, error: RequestError) -> ASGIApp:
        """Answer a request that was refused before its route was looked for; where no contract is, in plain text."""
        response = self.failed(request, error)
        if not any(contract.owns(request.scope["path"]) for contract in self._contracts):
            response = Response(error.message.encode(), status_code=error.status, media_type="text/plain")
        return response.to_asgi_response(app=None, request=request)

    def _answer(self, request: AnyRequest, error: RequestError) -> Response[bytes]:
        response = owner_of(request.scope["path"], self._contracts).answer_error(request, error)
        response.headers.update(error.headers)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = CHALLENGE
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase if status != 500 else RequestError.default_message
    except ValueError:
        return RequestError.default_message
