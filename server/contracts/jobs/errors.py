"""The contract's own errors, and the words in which a job says why it failed."""

from server.contracts.jobs.formats import EXTENSIONS
from server.errors import (
    EncryptedFile,
    InvalidInputFile,
    InvalidRequest,
    PixelLimitExceeded,
    RequestError,
    RequestTimeout,
    UnsupportedFileType,
)
from server.export.drawing.pictures import PictureEncodingFailed
from server.jobs.job import Failure, Job, JobFailed

INTERNAL = RequestError.reason_word
NO_PAGE = "No page of the document could be read."
UNREADABLE = "The document is damaged, or not what it looks like."
LOCKED = "The document is encrypted. Send its password in the field 'password'."
NOT_OPENED = "The document is encrypted, and not with the password that came with it."

_FAILURES: dict[Failure, tuple[str, str]] = {
    "failed": (INTERNAL, "The job failed."),
    "storage": ("storage", "The server could not keep the job: there is no room, or its disk failed."),
    "download": ("url_unreachable", "The document could not be fetched."),
    "too_big": ("too_large", "The document is too large."),
    "invalid": ("damaged", UNREADABLE),
    "timeout": ("timeout", "The job took longer than the server allows."),
}
"""Reason and message of each failure that has none of its own."""


class NoJob(RequestError):
    """There is no such job, or it is another caller's."""

    status = 404
    reason_word = "not_found"
    default_message = "There is no such job."


class NoSuchResult(RequestError):
    """There is no result of this name, for no job."""

    status = 404
    reason_word = "not_found"
    default_message = f"There is no such result. There are {', '.join(f'result.{each}' for each in EXTENSIONS)}."


class JobExpired(RequestError):
    """The job was there, and is deleted."""

    status = 410
    reason_word = "expired"
    default_message = "The job has expired: it is deleted some time after its end, or when newer jobs need its room."


class NoResult(RequestError):
    """The result is not there: the job is not finished, or the result was not asked for and is not made afterwards."""

    status = 409
    reason_word = "no_result"


class OtherRequest(InvalidRequest):
    """The Idempotency-Key belongs to another request."""

    reason_word = "idempotency_key_used"


def failed_page_reason(error: Exception) -> str:
    """The stable word for the reason why a page could not be read."""
    if isinstance(error, PictureEncodingFailed):
        return PixelLimitExceeded.reason_word
    return error.reason_word if isinstance(error, RequestError) else INTERNAL


def job_failed(error: RequestError, *, with_password: bool) -> JobFailed:
    """The failure of a job whose document cannot be read.

    Args:
        error: the error of the document.
        with_password: whether the request had a password.
    """
    if isinstance(error, RequestTimeout):
        return JobFailed("timeout")
    message = error.message
    if isinstance(error, EncryptedFile):
        message = NOT_OPENED if with_password else LOCKED
    elif type(error) is InvalidInputFile:
        message = UNREADABLE
    if error.reason_word == INTERNAL:
        return JobFailed("failed")
    kind: Failure = "invalid" if isinstance(error, InvalidInputFile | UnsupportedFileType) else "failed"
    return failure("too_big" if isinstance(error, PixelLimitExceeded) else kind, error.reason_word, message)


def failure(kind: Failure, reason: str, message: str) -> JobFailed:
    """A failure with a reason and a message of its own. `error_of` gives both back."""
    return JobFailed(kind, f"{reason}: {message}")


def error_of(job: Job) -> dict[str, str] | None:
    """Say why a job failed: a stable word and a sentence. None if it did not fail."""
    if job.failure is None:
        return None
    reason, message = _FAILURES[job.failure]
    own, colon, said = job.detail.partition(": ")
    if colon and own.replace("_", "").isalnum():
        return {"reason": own, "message": said}
    return {"reason": reason, "message": f"{message} ({job.detail})" if job.detail else message}
