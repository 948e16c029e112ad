"""Stores of both kinds, and a clock that a test moves."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.jobs.blobs import FileBlobs, MemoryBlobs
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

    def open_again(max_bytes: int = 1000) -> JobStore:
        for store in opened:
            store.close()
        opened[:] = [
            JobStore(
                JobTable(directory / "jobs.sqlite3"),
                FileBlobs(directory / "files"),
                max_bytes=max_bytes,
                retention=RETENTION,
                clock=clock,
            )
        ]
        return opened[0]

    yield open_again
    for store in opened:
        store.close()
