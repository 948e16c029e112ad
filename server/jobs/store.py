"""Keeps jobs with their bytes for a time and up to a number of bytes, in memory or in a directory.

Bytes are prepared before the row that refers to them, and confirmed after it. A row is changed before its old bytes are
deleted, and bytes are deleted before their row is. So the rows are true even if the process dies at any moment, and
confirmed bytes without a row tell that rows were lost.
"""

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from server.jobs.blobs import PAGES, RESULT, SOURCE, Blobs, blob_name, parts
from server.jobs.job import Job, JobGone, JobState, QueueFull, StorageFailed
from server.jobs.pages import PageEntry, encode_entry, is_whole, read_entries
from server.jobs.table import JobTable
from server.steady_clock import SteadyClock

MAX_JOBS = 10_000
"""The greatest number of jobs, including failed ones. The oldest final ones are dropped first."""
MAX_ATTEMPTS = 3
"""If the server ended so often during a job, the job is not run again. It may be the cause. A page that was finished
meanwhile shows that it is not, and the count begins anew."""
MAX_EXPIRED = 10_000
"""So many expired jobs are remembered, so that their owners get another answer than for a job that never was."""
INTERRUPTED = "the server was stopped while it worked on this; send it again"


class JobStore:
    """Keeps jobs. Every method blocks, may be called from any thread, and raises `StorageFailed` if the disk fails.

    Args:
        table: the rows.
        blobs: sources and results.
        max_bytes: of all sources and results together. Finished jobs make room for new ones, the oldest first.
        retention: seconds that a final job is kept.
        files: the extensions of the files that are made of a job's pages. Such jobs keep their pages, and if there are
            files, their sources after they are done. None: a job has one result instead.
        clock: seconds since the epoch; a `SteadyClock` by default.
    """

    def __init__(
        self,
        table: JobTable,
        blobs: Blobs,
        *,
        max_bytes: int,
        retention: int,
        files: Collection[str] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._table = table
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._retention = retention
        self._keeps_pages = files is not None
        self._files = tuple(files or ())
        self._keeps_sources = bool(self._files)
        self._clock = clock or SteadyClock()
        self._lock = threading.Lock()
        self._arriving = 0
        self._growing: dict[str, int] = {}
        """Bytes of the pages and files of each job that is not final yet."""

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
            jobs = [self._with_progress(job) for job in self._table.unfinished()]
            waiting = [replace(job, state=JobState.QUEUED) for job in jobs if self._can_run(job)]
            for job in waiting:
                self._table.update(job)
            for job in (job for job in jobs if not self._can_run(job)):
                pages = self._growing.pop(job.id, 0)
                self._table.update(replace(self._interrupted(job), result_size=pages))
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
            name = blob_name(job.id, SOURCE)
            with self._disk():
                self._blobs.prepare(name, source)
            with self._gone_without_row(name), self._using():
                self._table.add(job)
                try:
                    self._blobs.confirm(name)
                except OSError:
                    self._table.remove(job.id)
                    raise
                self._growing[job.id] = 0
                self._table.checkpoint()

    def update(self, job: Job) -> None:
        """Keep the new state of a job that is not final yet. A job that became final meanwhile stays as it is."""
        with self._using():
            kept = self._table.find(job.id)
            if kept is not None and not kept.final:
                self._table.update(job)

    def source(self, job_id: str) -> bytes:
        """The source of a job.

        Raises:
            JobGone: the job was deleted meanwhile.
        """
        with self._disk():
            data = self._blobs.get(blob_name(job_id, SOURCE))
        if data is None:
            self._check_kept(job_id)
            raise StorageFailed
        return data

    def pages(self, job_id: str) -> list[PageEntry]:
        """The finished pages of a job, in the order in which they were finished.

        Raises:
            JobGone: the job was deleted meanwhile.
        """
        with self._disk():
            entries, size = self._entries(job_id)
        if not entries or entries[-1].end < size:
            self._check_kept(job_id)
        return entries

    def page(self, job_id: str, entry: PageEntry) -> bytes:
        """The content of one of them.

        Raises:
            JobGone: the job was deleted meanwhile.
        """
        with self._disk():
            content = self._blobs.part(blob_name(job_id, PAGES), entry.start, entry.length)
        if not is_whole(entry, content):
            self._check_kept(job_id)
            raise StorageFailed
        return content

    def add_page(self, job_id: str, number: int, note: bytes, content: bytes, at: int) -> PageEntry:
        """Keep a finished page of a job that runs.

        Args:
            job_id: of the job.
            number: of the page.
            note: a few facts of it.
            content: of the page.
            at: the end of the last entry; 0 if there is none.

        Raises:
            StorageFailed: the disk failed, there is no room, or the job has ended.
        """
        entry, data = encode_entry(number, note, content, at)
        with self._arrival(len(data)) as fits:
            if not fits:
                raise StorageFailed
            name = blob_name(job_id, PAGES)
            with self._disk():
                self._blobs.append(name, data, at)
            if not self._grow(job_id, len(data)):
                with self._disk():
                    self._blobs.remove(name)
                raise StorageFailed
        return entry

    def keep_file(self, job_id: str, role: str, data: bytes) -> bool:
        """Keep a file that was made of the pages of a job.

        Returns:
            Whether it is kept. It is not if there is no room for it, or if the job is gone.
        """
        with self._arrival(len(data)) as fits:
            if not fits or not _takes_files(self.find(job_id)):
                return False
            name = blob_name(job_id, role)
            with self._disk():
                self._blobs.prepare(name, data)
            with self._gone_without_row(name), self._using():
                job = self._table.find(job_id)  # It may have been changed or deleted meanwhile.
                if job is None or not _takes_files(job):
                    self._blobs.discard(name)
                    return False
                if job.final:
                    self._table.update(replace(job, result_size=job.result_size + len(data)))
                self._blobs.confirm(name)
            if not job.final:
                self._grow(job_id, len(data))
        return True

    def file(self, job_id: str, role: str) -> bytes | None:
        """A file that was made of the pages of a job; None if it is not kept."""
        with self._disk():
            return self._blobs.get(blob_name(job_id, role))

    def finish(self, job: Job, result: bytes | None) -> None:
        """Keep a final job and its result, if it has one. Its source is dropped, unless files are made of it later.

        Raises:
            StorageFailed: the disk failed, or the result alone exceeds the cap.
        """
        kept = self.find(job.id)
        freed = kept.source_size if kept else 0
        if self._keeps_pages:
            job = replace(job, result_size=0 if job.state is JobState.CANCELLED else self._growing.get(job.id, 0))
        with self._arrival(max(0, len(result or b"") - freed)) as fits:
            if not fits:
                raise StorageFailed
            name = blob_name(job.id, RESULT)
            with self._disk():
                if result is not None:
                    self._blobs.prepare(name, result)
            with self._gone_without_row(name), self._using():
                self._table.update(job)
                if result is not None:
                    self._blobs.confirm(name)
                self._table.checkpoint()
                self._growing.pop(job.id, None)
            with self._disk():
                for each in self._blobs_of(job.id):
                    if not self._keeps(job, parts(each)[1]):
                        self._blobs.remove(each)

    def delete(self, job_id: str) -> None:
        """Drop a final job and its bytes at once. It is no error if there is none."""
        with self._using():
            job = self._table.find(job_id)
            if job is not None and job.final:
                self._drop(job)

    def of_request(self, owner: str, request_key: str) -> Job | None:
        """The owner's job of a request with this key; None if there is none."""
        with self._using():
            job = self._table.of_request(owner, request_key)
            if job is not None and self.is_expired(job):
                self._expire_one(job)
                return None
        return job

    def of_owner(self, owner: str, state: JobState | None, before: str | None, count: int) -> list[Job]:
        """Jobs of an owner, see `JobTable.of_owner`. Expired ones are left out."""
        with self._using():
            found = self._table.of_owner(owner, state, before, count)
        return [job for job in found if not self.is_expired(job)]

    def of_batch(self, owner: str, batch: str) -> list[Job]:
        """The owner's jobs of a batch, in the order of their arrival. Expired ones are left out."""
        with self._using():
            found = self._table.of_batch(owner, batch)
        return [job for job in found if not self.is_expired(job)]

    def was_dropped(self, job_id: str, owner: str) -> bool:
        """Whether a job of this owner was there, and is not kept any more."""
        with self._using():
            job = self._table.find(job_id)
            if job is not None:
                return job.owner == owner and self.is_expired(job)
            return self._table.is_expired(job_id, owner)

    def with_notice(self) -> list[Job]:
        """The final jobs whose owners are still to be told of their end."""
        with self._using():
            return [job for job in self._table.with_notice() if not self.is_expired(job)]

    def noticed(self, job_id: str) -> None:
        """Record that a job's owner was told of its end, or cannot be told."""
        with self._using():
            job = self._table.find(job_id)
            if job is not None:
                self._table.update(replace(job, notice=False))

    def find(self, job_id: str) -> Job | None:
        """A job by its id; None if there is none or its time is over."""
        with self._using():
            job = self._table.find(job_id)
        return None if job is None or self.is_expired(job) else job

    def result(self, job: Job) -> bytes | None:
        """The result of a job that is done; None if it is gone."""
        with self._disk():
            data = self._blobs.get(blob_name(job.id, RESULT))
        return data if data is not None and len(data) == job.result_size else None

    def expire(self) -> float | None:
        """Drop the jobs whose time is over.

        Returns:
            The seconds until the next job expires; None if no job is final.
        """
        with self._using():
            while job := self._table.first_finished():
                if not self.is_expired(job):
                    return self.expires(job) - self._clock()
                self._expire_one(job)
        return None

    def close(self) -> None:
        """Release the directory."""
        with self._using():
            self._table.close()

    def expires(self, job: Job) -> int:
        """The time at which a final job expires, in seconds since the epoch."""
        return job.finished + self._retention

    def is_expired(self, job: Job) -> bool:
        """Whether a job's time is over."""
        return job.final and self.expires(job) <= self._clock()

    def _with_progress(self, job: Job) -> Job:
        """A job that an earlier server left, with the pages that it finished. They are not read again."""
        if not self._keeps_pages:
            return job
        self._growing[job.id] = self._blobs.size(blob_name(job.id, PAGES))
        finished = sum(1 for entry in self._entries(job.id)[0] if entry.number)
        return replace(job, pages_read=finished, attempts=0 if finished > job.pages_read else job.attempts)

    def _entries(self, job_id: str) -> tuple[list[PageEntry], int]:
        """The whole entries of a job's pages, and the length of all of its pages' bytes."""
        name = blob_name(job_id, PAGES)
        size = self._blobs.size(name)
        return read_entries(lambda start, length: self._blobs.part(name, start, length), size), size

    def _check_kept(self, job_id: str) -> None:
        """Tell a job that was deleted from a disk that failed. Its row is dropped under the lock, with its bytes.

        Raises:
            JobGone: the job was deleted.
        """
        with self._using():
            if not self._table.has(job_id):
                raise JobGone

    def _grow(self, job_id: str, size: int) -> bool:
        """Count bytes of a job that is not final. Gives False if it has ended meanwhile."""
        with self._lock:
            if job_id not in self._growing:
                return False
            self._growing[job_id] += size
            return True

    def _can_run(self, job: Job) -> bool:
        name = blob_name(job.id, SOURCE)
        return job.repeatable and job.attempts < MAX_ATTEMPTS and self._blobs.has(name)

    def _is_lost(self, name: str) -> bool:
        """Whether confirmed bytes tell of a row that is gone, or of a change to it."""
        job_id, role = parts(name)
        if not self._table.has(job_id):
            return True
        job = self._table.find(job_id)
        # The source is deleted after the job is final. Where there is a result and no source, it was final.
        set_back = job is not None and not job.final
        return set_back and role == RESULT and not self._blobs.has(blob_name(job_id, SOURCE))

    def _settle(self) -> None:
        """Confirm the prepared bytes whose rows were written, and drop the others."""
        for name in self._blobs.prepared():
            # A file that was being made of a job's pages may be incomplete. It is made again when it is asked for.
            if parts(name)[1] in (SOURCE, RESULT) and self._needs(name) and not self._blobs.has(name):
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
        return job is not None and self._keeps(job, role)

    def _keeps(self, job: Job, role: str) -> bool:
        """Whether bytes of this role are kept as long as the job is in its state."""
        done = job.state is JobState.DONE
        if role == SOURCE:
            return not job.final or (done and self._keeps_sources)
        return job.state is not JobState.CANCELLED if role == PAGES else done

    def _blobs_of(self, job_id: str) -> list[str]:
        """The names of all bytes that a job can have."""
        roles = (SOURCE, PAGES, *self._files) if self._keeps_pages else (SOURCE, RESULT)
        return [blob_name(job_id, role) for role in roles]

    def _interrupted(self, job: Job) -> Job:
        end = max(self.now(), job.created, job.started)
        started = job.started or end
        return replace(job, state=JobState.FAILED, started=started, finished=end, failure="failed", detail=INTERRUPTED)

    def _drop(self, job: Job) -> None:
        """Drop the bytes first and the row last. In the worst case, a job remains that cannot be downloaded."""
        for name in self._blobs_of(job.id):
            self._blobs.remove(name)
        self._table.remove(job.id)

    def _expire_one(self, job: Job) -> None:
        """Drop a job that is not kept any longer."""
        self._drop(job)
        if self._keeps_pages:
            self._table.remember_expired(job, MAX_EXPIRED)

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
        coming = sum(self._growing.values()) + self._arriving + size
        if size and self._table.waiting_bytes() + coming > self._max_bytes:
            return False
        while self._table.count() >= MAX_JOBS and (job := self._table.first_finished()):
            self._expire_one(job)
        while size and self._held_bytes() + coming > self._max_bytes:
            oldest = self._table.first_finished(with_result=True, with_source=self._keeps_sources)
            if oldest is None:
                return False
            self._expire_one(oldest)
        return True

    def _held_bytes(self) -> int:
        return self._table.held_bytes() + (self._table.kept_source_bytes() if self._keeps_sources else 0)

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


def _takes_files(job: Job | None) -> bool:
    """Whether files of a job's pages are kept: it runs or is done."""
    return job is not None and job.state in (JobState.RUNNING, JobState.DONE)
