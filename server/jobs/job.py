"""A job and what can become of it."""

import secrets
import uuid
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from server.errors import RequestError

Failure = Literal["failed", "storage", "download", "too_big", "invalid", "timeout"]
"""Why a job failed: an internal error, its result could not be kept, its source could not be fetched, its source is too
much, its source cannot be read, or its time ran out."""


class JobState(Enum):
    """A job's states; from the first two it goes on, the others are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def _new_id() -> str:
    return str(uuid.uuid4())


def _new_token() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it is kept. All times are whole seconds since the epoch, 0 before they came.

    Attributes:
        owner: who may ask for it; the name of a key, or empty.
        spec: what is to be done, in words that only the work understands. Never a secret.
        repeatable: whether it can be run again with what is kept: not where it needs a secret, which never is.
        id: random.
        token: random; opens the result without any other credential.
        created: when it was accepted.
        started: when it began to run, the last time.
        finished: when it was done or failed.
        attempts: how often it began to run.
        pages: pages of its source.
        pages_read: those that were read.
        source_size: bytes of its source; 0 as long as it is not known.
        result_size: bytes of its result.
        failure: why it failed.
        detail: what the caller should know beyond that. Never content.
    """

    owner: str
    spec: str
    created: int = 0
    repeatable: bool = True
    id: str = field(default_factory=_new_id)
    token: str = field(default_factory=_new_token, repr=False)
    state: JobState = JobState.QUEUED
    started: int = 0
    finished: int = 0
    attempts: int = 0
    pages: int = 0
    pages_read: int = 0
    source_size: int = 0
    result_size: int = 0
    failure: Failure | None = None
    detail: str = ""

    @property
    def final(self) -> bool:
        """Whether it is done or failed."""
        return self.state in (JobState.DONE, JobState.FAILED)


@dataclass(slots=True)
class Progress:
    """What running work says of itself, as it goes on."""

    source_size: int = 0
    pages: int = 0
    pages_read: int = 0


class JobFailed(Exception):
    """Raised by the work: its job failed, and the caller is told why.

    Args:
        failure: the kind.
        detail: for the caller, without content.
    """

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure)
        self.failure: Failure = failure
        self.detail = detail


class QueueFull(RequestError):
    """As many jobs wait as may, or their sources fill the storage."""

    status = 429
    default_message = "Too many tasks are waiting. Try again later."
    retry_after = 5


class StorageFailed(RequestError):
    """The disk, or the database on it, refused."""

    status = 503
    default_message = "The server cannot reach its tasks at the moment; its log says why. Try again later."
    retry_after = 30
