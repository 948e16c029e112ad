"""Baidu's errors, and the translation of our errors into them."""

import secrets
from dataclasses import dataclass

from models.errors import EngineFailure
from server.errors import (
    BodyTooLarge,
    InvalidInputFile,
    InvalidRequest,
    LanguageUnavailable,
    Overloaded,
    PixelLimitExceeded,
    RefusedByHttp,
    RequestError,
    TooManyRequests,
    UrlNotFetched,
    UrlProblem,
)

MAX_LOG_ID = 2**53 - 1
"""Largest integer that JavaScript keeps exactly."""
FIRST_OF_ALGORITHM = 216_100
"""Errors with this code or a higher one come from recognition and carry a ``log_id``. Others are the gateway's."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry of the contract's table of errors.

    Attributes:
        code: ``error_code``.
        message: ``error_msg``.
    """

    code: int
    message: str


CLUSTER_LIMIT = Failure(4, "Open api request limit reached")
NO_PERMISSION = Failure(6, "No permission to access data")
BAD_SIGNATURE = Failure(14, "IAM Certification failed")
RATE_LIMIT = Failure(18, "Open api qps request limit reached")
NO_TOKEN = Failure(100, "Invalid parameter")
UNKNOWN_TOKEN = Failure(110, "Access token invalid or no longer valid")
EXPIRED_TOKEN = Failure(111, "Access token expired")
INVALID_PARAM = Failure(216100, "invalid param")
NOT_ENOUGH_PARAM = Failure(216101, "not enough param")
UNKNOWN_SERVICE = Failure(216102, "service not support")
PARAM_TOO_LONG = Failure(216103, "param too long")
EMPTY_IMAGE = Failure(216200, "empty image")
BAD_FORMAT = Failure(216201, "image format error")
BAD_SIZE = Failure(216202, "image size error")
RECOGNIZE_ERROR = Failure(216630, "recognize error")
INTERNAL = Failure(282000, "internal error")
URL_MISSING_TARGET = Failure(282110, "urls not exit")
URL_MALFORMED = Failure(282111, "url format illegal")
URL_TIMEOUT = Failure(282112, "url download timeout")
URL_UNUSABLE = Failure(282113, "url response invalid")
URL_SIZE = Failure(282114, "url size error")

_NEVER_SENT = (
    Failure(17, "Open api daily request limit reached"),
    Failure(19, "Open api total request limit reached"),
    Failure(216110, "appid not exist"),
    Failure(216631, "recognize bank card error"),
    Failure(216633, "recognize idcard error"),
    Failure(216634, "detect error"),
    Failure(282003, "missing parameters: {name}"),
    Failure(282005, "batch  processing error"),
    Failure(282006, "batch task  limit reached"),
    Failure(282808, "request id: {id} not exist"),
    Failure(282809, "result type error"),
    Failure(282810, "image recognize error"),
)
"""Errors that the vendor's documentation lists, but that are never sent here: of quotas and of other services."""

FAILURES = (
    *_NEVER_SENT,
    CLUSTER_LIMIT,
    NO_PERMISSION,
    BAD_SIGNATURE,
    RATE_LIMIT,
    NO_TOKEN,
    UNKNOWN_TOKEN,
    EXPIRED_TOKEN,
    INVALID_PARAM,
    NOT_ENOUGH_PARAM,
    UNKNOWN_SERVICE,
    PARAM_TOO_LONG,
    EMPTY_IMAGE,
    BAD_FORMAT,
    BAD_SIZE,
    RECOGNIZE_ERROR,
    INTERNAL,
    URL_MISSING_TARGET,
    URL_MALFORMED,
    URL_TIMEOUT,
    URL_UNUSABLE,
    URL_SIZE,
)

_URL_PROBLEMS: dict[UrlProblem, Failure] = {
    "malformed": URL_MALFORMED,
    "not_found": URL_MISSING_TARGET,
    "timeout": URL_TIMEOUT,
    "too_large": BAD_SIZE,
}
_TRANSLATED: tuple[tuple[type[RequestError] | tuple[type[RequestError], ...], Failure], ...] = (
    (TooManyRequests, RATE_LIMIT),
    (Overloaded, CLUSTER_LIMIT),
    ((BodyTooLarge, PixelLimitExceeded), BAD_SIZE),
    (InvalidInputFile, BAD_FORMAT),
    ((InvalidRequest, LanguageUnavailable), INVALID_PARAM),
    (RefusedByHttp, UNKNOWN_SERVICE),
)


class Refused(RequestError):
    """A request that ends with one of the contract's own errors.

    Attributes:
        failure: the contract's error.
    """

    status = 200

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def failure_of(error: RequestError) -> Failure:
    """The contract's error for any of our errors."""
    if isinstance(error, Refused):
        return error.failure
    if isinstance(error, UrlNotFetched):
        return _URL_PROBLEMS.get(error.problem, URL_UNUSABLE)
    if isinstance(error.__cause__, EngineFailure):
        return RECOGNIZE_ERROR
    return next((failure for kinds, failure in _TRANSLATED if isinstance(error, kinds)), INTERNAL)


def new_log_id() -> int:
    """A number for one answer."""
    return secrets.randbelow(MAX_LOG_ID) + 1
