"""CapSolver's errors with HTTP status, code and description, and the translation of our errors into them."""

from dataclasses import dataclass

from server.errors import (
    BodyTooLarge,
    InvalidInputFile,
    NotReady,
    Overloaded,
    PixelLimitExceeded,
    RefusedByHttp,
    RequestError,
    RequestTimeout,
    TooManyRequests,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry of the contract's table of errors.

    Attributes:
        status: HTTP status.
        code: ``errorCode``.
        description: ``errorDescription``.
    """

    status: int
    code: str
    description: str


KEY_DENIED = Failure(401, "ERROR_KEY_DENIED_ACCESS", "Wrong account key")
BAD_REQUEST = Failure(400, "ERROR_BAD_REQUEST", "Error Request")
TOO_MUCH_JSON = Failure(400, BAD_REQUEST.code, "Error Request: too much JSON beside the image")
TASK_NOT_SUPPORTED = Failure(400, "ERROR_TASK_NOT_SUPPORTED", "Task types are not supported")
BAD_IMAGE = Failure(400, "ERROR_PARSE_IMAGE_FAIL", "The image cannot be decoded. Send PNG, JPEG, GIF, BMP or WebP.")
BAD_BASE64 = Failure(400, "ERROR_PARSE_IMAGE_FAIL", "The image is not base64.")
BAD_SIZE = Failure(400, "ERROR_INVALID_IMAGE", "Image size does not meet the requirements")
UNSOLVABLE = Failure(400, "ERROR_CAPTCHA_UNSOLVABLE", "Captcha not recognized")
UNKNOWN_TASK = Failure(400, "ERROR_TASKID_INVALID", "Task ID does not exist or is invalid")
TIMED_OUT = Failure(400, "ERROR_TASK_TIMEOUT", "The task has timed out")
RATE_LIMIT = Failure(429, "ERROR_RATE_LIMIT", "Request frequency/rate limit")
UNAVAILABLE = Failure(503, "ERROR_SERVICE_UNAVALIABLE", "Service is temporarily unavailable")
INTERNAL = Failure(500, UNAVAILABLE.code, UNAVAILABLE.description)


def invalid_task(detail: str) -> Failure:
    """A task with a field that is missing or wrong."""
    return Failure(400, "ERROR_INVALID_TASK_DATA", f"invalid task data: {detail}")


class Refused(RequestError):
    """A request that ends with one of the contract's own errors.

    Attributes:
        failure: the contract's error.
        task_id: the task that failed; None if there is none.
    """

    def __init__(self, failure: Failure, task_id: str | None = None) -> None:
        super().__init__(failure.description)
        self.status = failure.status
        self.failure = failure
        self.task_id = task_id


def failure_of(error: RequestError) -> Failure:
    """The contract's error for any of our errors."""
    if isinstance(error, Refused):
        return error.failure
    if isinstance(error, RefusedByHttp):
        return Failure(error.status, BAD_REQUEST.code, BAD_REQUEST.description)
    for kinds, failure in _TRANSLATED:
        if isinstance(error, kinds):
            return failure
    return BAD_REQUEST if error.status < 500 else INTERNAL


_TRANSLATED: tuple[tuple[type[RequestError] | tuple[type[RequestError], ...], Failure], ...] = (
    (TooManyRequests, RATE_LIMIT),
    ((BodyTooLarge, PixelLimitExceeded), BAD_SIZE),
    (InvalidInputFile, BAD_IMAGE),
    (RequestTimeout, TIMED_OUT),
    ((Overloaded, NotReady), UNAVAILABLE),
)
