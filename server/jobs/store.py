"""Keeps jobs with their bytes for a time and up to a number of bytes, in memory or in a directory.

Bytes are prepared before the row that refers to them, and confirmed after it. A row is changed before its old bytes are
deleted, and bytes are deleted before their row is. So the rows are true even if the process dies at any moment, and
confirmed bytes without a row tell that rows were lost.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from server.jobs.blobs import Blobs, blob_name, parts
from server.jobs.job import Job, JobState, QueueFull, StorageFailed
from server.jobs.table import JobTable
from server.steady_clock import SteadyClock

MAX_JOBS = 10_000
"""The greatest number of jobs, including failed ones. The oldest final ones are dropped first."""
MAX_ATTEMPTS = 3
"""If the server ended so often during a job, the job is not run again. It may be the cause."""
INTERRUPTED = "the server was stopped while it worked on this; send it again"


class JobStore:
    """Keeps jobs. Every method blocks, may be called from any thread, and raises `StorageFailed` if the disk fails.

    Args:
        table: the rows.
        blobs: sources and results.
        max_bytes: of all sources and results together. Finished jobs make room for new ones, the oldest first.
        retention: seconds that a final job is kept.
        clock: seconds since the epoch; a `SteadyClock` by default.
    """

    def __init__(
        self,
        table: JobTable,
        blobs: Blobs,
        *,
        max_bytes: int,
        retention: int,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._table = table
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._retention = retention
        self._clock = clock or SteadyClock()
        self._lock = threading.Lock()
        self._arriving = 0

    def now(self) -> int:
        """The whole seconds since the epoch."""
        return int(self._clock())

    def lost(self) -> list[str]:
        """The names of bytes whose rows were lost, or were set back to an earlier state. Nothing is changed.

        Raises:
            OSError, sqlite3.Error: the disk failed.
        """
        with self._lock:
            return [name for name in sorted(self._blobs.confirmed()) if self._is_lost(name)]

    def recover(self) -> list[Job]:
        """Clean up after an earlier server, however it ended.

        Returns:
            The jobs to run, in the order of their arrival. Jobs that cannot run again have failed.
        """
        with self._using():
            self._table.report_strange()
            self._settle()
            jobs = self._table.unfinished()
            waiting = [replace(job, state=JobState.QUEUED) for job in jobs if self._can_run(job)]
            for job in waiting:
                self._table.update(job)
            for job in (job for job in jobs if not self._can_run(job)):
                self._table.update(self._interrupted(job))
        self.expire()
        with self._using():
            self._drop_unneeded()
            self._table.checkpoint()
        return waiting

    def add(self, job: Job, source: bytes) -> None:
        """Keep a new job and its source.

        Raises:
            QueueFull: the sources of waiting jobs alone would exceed the cap.
        """
        with self._arrival(len(source)) as fits:
            if not fits:
                raise QueueFull
            name = blob_name(job.id, "source")
            with self._disk():
                self._blobs.prepare(name, source)
            with self._gone_without_row(name), self._using():
                self._table.add(job)
                self._blobs.confirm(name)
                self._table.checkpoint()

    def update(self, job: Job) -> None:
        """Keep the new state of a job that is not final yet."""
        with self._using():
            self._table.update(job)

    def source(self, job_id: str) -> bytes:
        """The source of a job."""
        with self._disk():
            data = self._blobs.get(blob_name(job_id, "source"))
        if data is None:
            raise StorageFailed
        return data

    def finish(self, job: Job, result: bytes | None) -> None:
        """Keep a final job and its result, if it has one. Its source is dropped.

        Raises:
            StorageFailed: the disk failed, or the result alone exceeds the cap.
        """
        kept = self.find(job.id)
        freed = kept.source_size if kept else 0
        with self._arrival(max(0, len(result or b"") - freed)) as fits:
            if not fits:
                raise StorageFailed
            name = blob_name(job.id, "result")
            with self._disk():
                if result is not None:
                    self._blobs.prepare(name, result)
            with self._gone_without_row(name), self._using():
                self._table.update(job)
                if result is not None:
                    self._blobs.confirm(name)
                self._table.checkpoint()
            with self._disk():
                self._blobs.remove(blob_name(job.id, "source"))

    def find(self, job_id: str) -> Job | None:
        """A job by its id; None if there is none or its time is over."""
        with self._using():
            job = self._table.find(job_id)
        return None if job is None or self.is_expired(job) else job

    def result(self, job: Job) -> bytes | None:
        """The result of a job that is done; None if it is gone."""
        with self._disk():
            data = self._blobs.get(blob_name(job.id, "result"))
        return data if data is not None and len(data) == job.result_size else None

    def expire(self) -> float | None:
        """Drop the jobs whose time is over.

        Returns:
            The seconds until the next job expires; None if no job is final.
        """
        with self._using():
            while job := self._table.first_finished():
                if not self.is_expired(job):
                    return job.finished + self._retention - self._clock()
                self._drop(job)
        return None

    def close(self) -> None:
        """Release the directory."""
        with self._using():
            self._table.close()

    def is_expired(self, job: Job) -> bool:
        """Whether a job's time is over."""
        return job.final and job.finished + self._retention <= self._clock()

    def _can_run(self, job: Job) -> bool:
        name = blob_name(job.id, "source")
        return job.repeatable and job.attempts < MAX_ATTEMPTS and self._blobs.has(name)

    def _is_lost(self, name: str) -> bool:
        """Whether confirmed bytes tell of a row that is gone, or of a change to it."""
        job_id, role = parts(name)
        if not self._table.has(job_id):
            return True
        job = self._table.find(job_id)
        # The source is deleted after the job is final. Where there is a result and no source, it was final.
        set_back = job is not None and not job.final
        return set_back and role == "result" and not self._blobs.has(blob_name(job_id, "source"))

    def _settle(self) -> None:
        """Confirm the prepared bytes whose rows were written, and drop the others."""
        for name in self._blobs.prepared():
            if self._needs(name) and not self._blobs.has(name):
                self._blobs.confirm(name)
            else:
                self._blobs.discard(name)

    def _drop_unneeded(self) -> None:
        """Drop the bytes that rows do not need any more. Bytes whose row is not understood are kept."""
        for name in self._blobs.confirmed():
            if self._table.find(parts(name)[0]) is not None and not self._needs(name):
                self._blobs.remove(name)

    def _needs(self, name: str) -> bool:
        job_id, role = parts(name)
        job = self._table.find(job_id)
        return job is not None and (job.state is JobState.DONE if role == "result" else not job.final)

    def _interrupted(self, job: Job) -> Job:
        end = max(self.now(), job.created, job.started)
        started = job.started or end
        return replace(job, state=JobState.FAILED, started=started, finished=end, failure="failed", detail=INTERRUPTED)

    def _drop(self, job: Job) -> None:
        """Drop the bytes first and the row last. In the worst case, a job remains that cannot be downloaded."""
        for role in ("source", "result"):
            self._blobs.remove(blob_name(job.id, role))
        self._table.remove(job.id)

    @contextmanager
    def _arrival(self, size: int) -> Iterator[bool]:
        """Reserve room for bytes that will be written, until their row exists. Gives whether there is room."""
        with self._using():
            fits = self._make_room(size)
            self._arriving += size if fits else 0
        try:
            yield fits
        finally:
            with self._lock:
                self._arriving -= size if fits else 0

    def _make_room(self, size: int) -> bool:
        # If dropping all results would not be enough, none is dropped.
        if size and self._table.waiting_bytes() + self._arriving + size > self._max_bytes:
            return False
        while self._table.count() >= MAX_JOBS and (job := self._table.first_finished()):
            self._drop(job)
        while size and self._table.held_bytes() + self._arriving + size > self._max_bytes:
            oldest = self._table.first_finished(with_result=True)
            if oldest is None:
                return False
            self._drop(oldest)
        return True

    @contextmanager
    def _gone_without_row(self, name: str) -> Iterator[None]:
        """Remove bytes whose row the block could not write. Without a row they would never be dropped."""
        try:
            yield
        except StorageFailed:
            with self._disk():
                self._blobs.remove(name)
            raise

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Use the table in this thread only."""
        with self._lock, self._disk():
            yield

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise StorageFailed from error
