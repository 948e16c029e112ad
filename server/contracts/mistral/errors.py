"""The contract's errors, and the form in which each error of ours is answered.

Clients parse every 422 as a list of details. All other errors are one sentence, in one of two forms.
"""

from collections.abc import Mapping
from http import HTTPStatus

from litestar import Response

from server.contracts.base import AnyRequest
from server.errors import BodyTooLarge, NotFound, PixelLimitExceeded, RequestError, Unauthorized, UrlNotFetched
from server.http.json_response import json_response
from server.http.multipart_body import MalformedForm

Location = tuple[str | int, ...]
"""The place of a wrong value, such as ``("body", "document", "file_id")``."""

BODY: Location = ("body",)
DOCUMENT: Location = ("body", "document")

_KINDS = {429: "rate_limit_error", 500: "internal_error", 503: "service_unavailable"}
"""The ``type`` of an error by its status. Every other status is the caller's fault."""
_UNREADABLE = {
    "damaged": "The document cannot be read: it is damaged, or not what it looks like.",
    "empty": "The document is empty.",
    "not_base64": "The text after 'base64,' is not base64.",
    "unsupported": "The document is no PDF and no image. Send a PDF, or an image such as PNG or JPEG.",
    "encrypted": "The document is encrypted. This interface takes no password: send the document without one.",
}
_URL = "This address cannot be used. It must be http or https, and its host must be allowed on this server."


class WrongField(RequestError):
    """A field is missing or wrong.

    Args:
        location: of the field.
        message: what is wrong, and what to send.
        kind: the word of the validation for it.
    """

    status = 422
    reason_word = "invalid_field"

    def __init__(self, location: Location, message: str, kind: str = "value_error") -> None:
        super().__init__(message)
        self.details: tuple[Mapping[str, object], ...] = (_detail(location, message, kind),)


class WrongFields(WrongField):
    """Several fields are missing or wrong.

    Args:
        found: location, message and word of the validation for each.
    """

    def __init__(self, found: list[tuple[Location, str, str]]) -> None:
        super().__init__(*found[0])
        self.details = tuple(_detail(*each) for each in found)


class InvalidModel(RequestError):
    """The model is not served."""

    status = 400
    reason_word = "invalid_field"


class UnknownFile(NotFound):
    """There is no such file, or it is another caller's."""

    default_message = "File not found"


class FileTooLarge(BodyTooLarge):
    """The document is over the contract's cap."""


class NoRoomForFile(RequestError):
    """The files that are kept leave no room for another one."""

    status = 503
    reason_word = "overloaded"
    default_message = "There is no room for this file. Delete files, or try again later."
    retry_after = 30


class TooManyFiles(RequestError):
    """The caller keeps as many files as one key may."""

    status = 429
    reason_word = "too_many_requests"
    default_message = "This key keeps as many files as it may. Delete some of them."
    retry_after = 30


def answer_error(_request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Make the answer to an error."""
    if isinstance(error, Unauthorized):
        return json_response({"detail": "Unauthorized"}, 401)
    if isinstance(error, UrlNotFetched) and error.problem == "too_large":
        return _in_words(413, "The document at this address is too large.")
    if error.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return json_response({"detail": list(_details(error))}, 422)
    if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return json_response({"detail": error.message}, error.status)
    if isinstance(error, InvalidModel):
        return _in_words(400, error.message, "invalid_model", "1500")
    return _in_words(error.status, error.message)


def _details(error: RequestError) -> tuple[Mapping[str, object], ...]:
    if isinstance(error, WrongField):
        return error.details
    if isinstance(error, UrlNotFetched):
        return (_detail(DOCUMENT, _URL, error.reason_word),)
    if isinstance(error, MalformedForm):
        return (_detail(BODY, error.message, error.reason_word),)
    if isinstance(error, PixelLimitExceeded):
        return (_detail(DOCUMENT, error.message, error.reason_word),)
    return (_detail(DOCUMENT, _UNREADABLE.get(error.reason_word, error.message), error.reason_word),)


def _detail(location: Location, message: str, kind: str) -> Mapping[str, object]:
    return {"loc": list(location), "msg": message, "type": kind}


def _in_words(status: int, message: str, kind: str | None = None, code: str | None = None) -> Response[bytes]:
    kind = kind or _KINDS.get(status, "invalid_request_error")
    return json_response({"object": "error", "message": message, "type": kind, "param": None, "code": code}, status)
