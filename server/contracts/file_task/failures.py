"""Translates an error of a document into the failure of its task."""

from server.errors import (
    EncryptedFile,
    InvalidInputFile,
    OfficeUnavailable,
    PixelLimitExceeded,
    RequestError,
    RequestTimeout,
    UrlNotFetched,
)
from server.jobs.job import JobFailed

NOT_OPENED = "Invalid password: the document is encrypted, and not with the password that came with it."
LOCKED = "Invalid password: the document is encrypted. Send its password in the field 'password'."
UNREADABLE = "Invalid file: it is damaged, or not what it looks like."


def job_failure(error: RequestError, *, with_password: bool) -> JobFailed:
    """The failure of a task.

    Args:
        error: the error of its document.
        with_password: whether the request had a password.
    """
    if isinstance(error, UrlNotFetched):
        return JobFailed("too_big" if error.problem == "too_large" else "download")
    if isinstance(error, EncryptedFile):
        return JobFailed("invalid", NOT_OPENED if with_password else LOCKED)
    if isinstance(error, OfficeUnavailable):
        return JobFailed("invalid", f"Invalid file: {error.message}")
    if isinstance(error, PixelLimitExceeded):
        return JobFailed("too_big")
    if isinstance(error, RequestTimeout):
        return JobFailed("timeout")
    return JobFailed("invalid", UNREADABLE) if isinstance(error, InvalidInputFile) else JobFailed("failed")
