"""The contract's word for what went wrong."""

from litestar import Response

from server.contracts.base import AnyRequest
from server.errors import (
    BodyTimeout,
    BodyTooLarge,
    InvalidInputFile,
    NotReady,
    Overloaded,
    PixelLimitExceeded,
    RequestError,
    RequestTimeout,
    TooManyRequests,
    Unauthorized,
)
from tests.contract.tiny.response import failed

WORDS: tuple[tuple[tuple[type[RequestError], ...], str], ...] = (
    ((Unauthorized,), "key"),
    ((TooManyRequests,), "too often"),
    ((Overloaded, NotReady), "busy"),
    ((RequestTimeout, BodyTimeout), "too slow"),
    ((BodyTooLarge, PixelLimitExceeded), "too large"),
    ((InvalidInputFile,), "unreadable"),
)


def answer_error(_request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Shape an error."""
    return failed(why(error), error.status)


def why(error: RequestError) -> str:
    """The word for any of our errors."""
    found = next((word for kinds, word in WORDS if isinstance(error, kinds)), None)
    return found or ("refused" if error.status < 500 else "failed")
