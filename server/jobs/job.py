"""A job, its states and its failures."""

import secrets
import uuid
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from server.errors import RequestError

Failure = Literal["failed", "storage", "download", "too_big", "invalid", "timeout"]
"""The reason why a job failed. In this order: there was an internal error, its result could not be kept, its source
could not be fetched, its source is too large, its source cannot be read, or its time ran out."""


class JobState(Enum):
    """The states of a job. The first two are not final, the others are. Only its owner cancels a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def _new_id() -> str:
    return str(uuid.uuid4())


def new_token() -> str:
    """A random token of a job."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it is kept. All times are whole seconds since the epoch, or 0 if they have not come yet.

    Attributes:
        owner: the only caller that may ask for it: the name of a key, or empty.
        spec: the description of the work, which only the work understands. It is never a secret.
        created: the time when it was accepted.
        repeatable: whether it can run again with the kept data. If it needs a secret, it cannot.
        id: random.
        token: random. It opens the result without any other credential.
        state: its state.
        started: the time of its last start.
        finished: the time when it was done, failed or was cancelled.
        attempts: number of starts.
        pages: number of pages of its source.
        pages_read: number of pages that were read.
        source_size: bytes of its source; 0 if not known yet.
        result_size: bytes of its result, or of its pages and files.
        failure: the reason why it failed.
        detail: further information for the caller. It never holds content.
        request_key: the owner's own name of the request, under which the same request gives the same job; empty if it
            has none.
        request_digest: of the request's content, by which the same request is known.
        notice: whether its owner is still to be told of its end.
        batch: the owner's own name of the jobs that belong together; empty if it has none.
    """

    owner: str
    spec: str
    created: int = 0
    repeatable: bool = True
    id: str = field(default_factory=_new_id)
    token: str = field(default_factory=new_token, repr=False)
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
    request_key: str = ""
    request_digest: str = ""
    notice: bool = False
    batch: str = ""

    @property
    def final(self) -> bool:
        """Whether it is done, has failed or was cancelled."""
        return self.state not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(slots=True)
class Progress:
    """The progress of running work, which the work itself reports."""

    source_size: int = 0
    pages: int = 0
    pages_read: int = 0


class JobFailed(Exception):
    """The work raises it if its job fails for a reason that the caller may see.

    Args:
        failure: the reason.
        detail: for the caller, without content.
    """

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure)
        self.failure: Failure = failure
        self.detail = detail


class QueueFull(RequestError):
    """Too many jobs wait, or their sources fill the storage."""

    status = 429
    reason_word = "queue_full"
    default_message = "Too many tasks are waiting. Try again later."
    retry_after = 5


class JobGone(Exception):
    """The job was deleted while it was being read."""


class StorageFailed(RequestError):
    """The disk, or the database on it, has failed."""

    status = 503
    reason_word = "storage"
    default_message = "The server cannot reach its tasks at the moment; its log says why. Try again later."
    retry_after = 30
