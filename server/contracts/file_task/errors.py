"""Errors in this contract's shape: ``{"status", "message", "data": null}`` with the same HTTP status."""

import json

from litestar import Response

from server.contracts.base import AnyRequest
from server.errors import Overloaded, RequestError, Unauthorized
from server.http.multipart_body import MalformedForm

UNAUTHORIZED = "Missing or invalid API key. Send the header 'Authorization: Bearer <key>'."


class BadParameter(RequestError):
    """A field is missing or wrong. The message names it."""

    status = 400


class UploadTooLarge(RequestError):
    """The uploaded file is over the cap."""

    status = 413


def answer_error(_request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Make the answer to an error."""
    status = _status(error)
    message = UNAUTHORIZED if isinstance(error, Unauthorized) else error.message
    content = {"status": status, "message": message, "data": None}
    return Response(json.dumps(content, ensure_ascii=False).encode(), status_code=status, media_type="application/json")


def _status(error: RequestError) -> int:
    """The contract's status: it has one for wrong parameters, and one for a server at capacity."""
    if isinstance(error, MalformedForm):
        return 400
    return 429 if isinstance(error, Overloaded) else error.status
