"""Stores of both kinds, and a clock that a test moves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.jobs.blobs import FileBlobs, MemoryBlobs
from server.jobs.job import Job, JobState
from server.jobs.store import JobStore
from server.jobs.table import JobTable

RETENTION = 100


class Clock:
    """Seconds since the epoch, as a test wants them."""

    def __init__(self) -> None:
        self.time = 1_000_000.5

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


Reopen = Callable[..., JobStore]


@pytest.fixture(params=["memory", "directory"])
def store(request: pytest.FixtureRequest, clock: Clock, reopen: Reopen) -> Iterator[JobStore]:
    if request.param == "directory":
        yield reopen()
        return
    made = JobStore(JobTable(None), MemoryBlobs(), max_bytes=1000, retention=RETENTION, clock=clock)
    yield made
    made.close()


@pytest.fixture
def reopen(directory: Path, clock: Clock) -> Iterator[Reopen]:
    """Opens the directory's store, as the next server would."""
    opened: list[JobStore] = []

    def open_again(max_bytes: int = 1000, files: tuple[str, ...] | None = None) -> JobStore:
        for store in opened:
            store.close()
        opened[:] = [
            JobStore(
                JobTable(directory / "jobs.sqlite3"),
                FileBlobs(directory / "files"),
                max_bytes=max_bytes,
                retention=RETENTION,
                files=files,
                clock=clock,
            )
        ]
        return opened[0]

    yield open_again
    for store in opened:
        store.close()


def new(size: int = 3, **fields: object) -> Job:
    return Job(**{"owner": "ann", "spec": "{}", "created": 1_000_000, "source_size": size, **fields})


def running(job: Job) -> Job:
    return replace(job, state=JobState.RUNNING, started=1_000_000, attempts=job.attempts + 1)


def done(job: Job, result: bytes, finished: int = 1_000_000) -> Job:
    return replace(job, state=JobState.DONE, started=1_000_000, finished=finished, result_size=len(result))


def finish(store, job: Job, result: bytes, finished: int = 1_000_000) -> Job:
    ended = done(job, result, finished)
    store.finish(ended, result)
    return ended
