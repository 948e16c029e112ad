"""The contract's codes, which of our errors is which of them, and the words in which a job says why it failed."""

from litestar import Response

from server.contracts.base import AnyRequest
from server.contracts.paddleocr_jobs.envelope import failed, trace_of
from server.errors import (
    BodyTooLarge,
    EmptyFile,
    EncryptedFile,
    InvalidInputFile,
    InvalidModelSettings,
    InvalidRequest,
    LanguageUnavailable,
    PixelLimitExceeded,
    RequestError,
    RequestTimeout,
    TooManyRequests,
    Unauthorized,
    UnsupportedFileType,
    UrlNotFetched,
)
from server.http.multipart_body import MalformedForm
from server.jobs.job import Failure, Job, JobFailed, QueueFull

SYSTEM = 500
EMPTY_FILE, BAD_URL, TOO_LARGE, BAD_FORMAT, UNREADABLE = 10001, 10002, 10003, 10004, 10005
TOO_MANY_PAGES, BAD_MODEL, BAD_PARAMETER, BATCH_FULL, QUEUE_FULL = 10006, 10007, 10008, 10009, 10010
NO_JOB, JOB_EXPIRED, TOO_FREQUENT = 11001, 11002, 12002

LOCKED = "The document is encrypted. This interface takes no password: send the document without one."
DAMAGED = "The document is damaged, or not what it looks like."

_OURS: tuple[tuple[type[RequestError], int, int, str], ...] = (
    (TooManyRequests, 429, TOO_FREQUENT, ""),
    (QueueFull, 400, QUEUE_FULL, "Too many jobs are waiting. Try again later."),
    (BodyTooLarge, 400, TOO_LARGE, ""),
    (MalformedForm, 400, BAD_PARAMETER, ""),
    (EmptyFile, 400, EMPTY_FILE, "The file is empty."),
    (
        UnsupportedFileType,
        400,
        BAD_FORMAT,
        "The file is no PDF and no image. Send a PDF, or an image such as PNG or JPEG.",
    ),
    (
        UrlNotFetched,
        400,
        BAD_URL,
        "fileUrl: this address cannot be used. It must be http or https, and its host allowed.",
    ),
    (LanguageUnavailable, 400, BAD_MODEL, ""),
    (InvalidModelSettings, 400, BAD_PARAMETER, ""),
    (InvalidRequest, 400, BAD_PARAMETER, ""),
    (InvalidInputFile, 400, UNREADABLE, DAMAGED),
)
"""Our errors: HTTP status, code, and a message where ours says too little. A class stands before its bases."""

FAILURES: dict[Failure, str] = {
    "failed": "The job failed because of an error of the server.",
    "storage": "The server could not keep the job: there is no room, or its disk failed.",
    "download": "The document could not be fetched from fileUrl.",
    "too_big": "The document is too large.",
    "invalid": DAMAGED,
    "timeout": "The job took longer than the server allows.",
}
"""The message of each failure that has none of its own."""


class Refused(RequestError):
    """A request that the contract refuses with a code of its own.

    Attributes:
        code: of the contract.
    """

    status = 400
    code = BAD_PARAMETER
    reason_word = "invalid_field"


class BadParameter(Refused):
    """A field is missing or wrong. The message names it."""


class BadModel(Refused):
    """The model is not served. The message names those that are."""

    code = BAD_MODEL


class BatchFull(Refused):
    """The batch has as many jobs as it may have."""

    code = BATCH_FULL
    default_message = "batchId: the batch has 100 jobs already. Begin another one."


class FileTooLarge(Refused):
    """The file is over the cap."""

    code = TOO_LARGE
    reason_word = "too_large"


class NoJob(Refused):
    """There is no such job, or it is another caller's."""

    status = 404
    code = NO_JOB
    reason_word = "not_found"
    default_message = "There is no such job."


class JobExpired(Refused):
    """The job was there, and is deleted."""

    code = JOB_EXPIRED
    reason_word = "expired"
    default_message = "The job has expired: it is deleted some time after its end, or when newer jobs need its room."


class LinkRefused(Refused):
    """A link has expired or was altered."""

    status = 403
    code = 403
    reason_word = "not_found"
    default_message = "The link has expired, or it was altered. Ask for the job again: its answer has new links."


def answer_error(request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Make the answer to an error."""
    status, code, message = _code_of(error)
    if isinstance(error, Unauthorized):
        message = "The token is missing or wrong. Send the header 'Authorization: Bearer <token>'."
    detail = message if code == BAD_PARAMETER else ""
    return failed(trace_of(request), status, code, message, detail)


def _code_of(error: RequestError) -> tuple[int, int, str]:
    if isinstance(error, Refused):
        return error.status, error.code, error.message
    for kind, status, code, message in _OURS:
        if isinstance(error, kind):
            return status, code, message or error.message
    # A status without a code of the contract's own is its own code.
    return error.status, error.status, error.message


def job_failed(error: RequestError) -> JobFailed:
    """The failure of a job whose document cannot be read."""
    if isinstance(error, UrlNotFetched):
        return JobFailed("too_big" if error.problem == "too_large" else "download")
    if isinstance(error, EncryptedFile):
        return JobFailed("invalid", LOCKED)
    if isinstance(error, PixelLimitExceeded):
        return JobFailed("too_big", error.message)
    if isinstance(error, RequestTimeout):
        return JobFailed("timeout")
    return JobFailed("invalid" if isinstance(error, InvalidInputFile | UnsupportedFileType) else "failed")


def failure_message(job: Job) -> str:
    """Say why a job failed; never empty."""
    return job.detail or FAILURES[job.failure or "failed"]
