"""Jobs that wait or run, and the steps from one state to the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from server.jobs.job import Failure, Job, JobState, Progress
from server.jobs.pages import PageEntry


@dataclass(slots=True, eq=False)
class Active:
    """A job that waits or runs.

    Attributes:
        job: as it is kept.
        secret: needed by the work, but never kept, such as a password.
        account: of the caller that pays for the work; empty if an earlier server took the job.
        progress: reported by the work.
        ended: set when the job is final and its result is available.
        pages: the finished pages, in the order in which they were finished. They are only added to.
        changed: set at the next change of the state or the pages. Each change has an event of its own.
        cancelled: whether its owner has cancelled it.
        withdraw: takes it out of the queue; False if it does not wait there any more.
        working: the task that does the work; None while there is nothing to cancel.
    """

    job: Job
    secret: str | None = None
    account: str = ""
    progress: Progress = field(default_factory=Progress)
    ended: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    pages: list[PageEntry] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: bool = False
    withdraw: Callable[[], bool] = lambda: False
    working: "asyncio.Task[None] | None" = None

    def change(self) -> None:
        """Wake up everybody who waits for a change. It costs nothing where nobody does."""
        before, self.changed = self.changed, asyncio.Event()
        before.set()

    def add_page(self, entry: PageEntry) -> None:
        """Add a finished page."""
        self.pages.append(entry)
        self.change()

    def seen(self) -> Job:
        """The job in its present state."""
        job, progress = self.job, self.progress
        if job.final:
            return job
        size = progress.source_size or job.source_size
        return replace(job, source_size=size, pages=progress.pages, pages_read=progress.pages_read)


Work: TypeAlias = Callable[[Active, bytes], Awaitable[bytes | None]]
"""Makes the result of a job from its source; None if the job keeps pages instead. Raises `JobFailed` with a reason that
the caller may see."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as its owner is shown it.

    Attributes:
        job: in its present state.
        pages: the finished pages, in the order in which they were finished.
        position: its place among the jobs that wait, from 1 on; 0 if it does not wait.
    """

    job: Job
    pages: Sequence[PageEntry]
    position: int = 0


def started(job: Job, now: int) -> Job:
    """A job that begins to run."""
    return replace(job, state=JobState.RUNNING, started=max(now, job.created), attempts=job.attempts + 1)


def done(job: Job, now: int, result: bytes | None) -> Job:
    """A job whose work succeeded."""
    return replace(job, state=JobState.DONE, finished=_end(job, now), result_size=len(result or b""))


def cancelled(job: Job, now: int) -> Job:
    """A job that its owner has cancelled."""
    return replace(job, state=JobState.CANCELLED, finished=_end(job, now), result_size=0)


def failed(job: Job, now: int, failure: Failure, detail: str = "") -> Job:
    """A job whose work failed, or whose result cannot be kept."""
    end = _end(job, now)
    return replace(
        job,
        state=JobState.FAILED,
        started=job.started or end,
        finished=end,
        result_size=0,
        failure=failure,
        detail=detail,
    )


def _end(job: Job, now: int) -> int:
    """The end of a job. A clock may be set back, but the times of a job never go back."""
    return max(now, job.started, job.created)
