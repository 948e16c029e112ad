"""Uses a store from the event loop: in threads, also while the disk fails, and with timers for expired jobs."""

import asyncio
import hmac
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from server.jobs.active import failed
from server.jobs.job import Job, JobState, StorageFailed
from server.jobs.pages import PageEntry
from server.jobs.store import JobStore
from server.telemetry.logs import where
from server.threads import Threads

P = ParamSpec("P")
T = TypeVar("T")

MAX_UNKEPT = 1000
RETRY_SECONDS = 60.0
"""The time before a failed deletion, or a failed attempt to keep a job, is tried again."""

logger = logging.getLogger(__name__)


class Keeper:
    """Keeps jobs and their results.

    Args:
        store: keeps them.
        threads: the store is used in them, because it blocks.
        refuses: whether a new job that cannot be kept is refused. Otherwise it is taken, and has failed.
    """

    def __init__(self, store: JobStore, threads: Threads, *, refuses: bool = False) -> None:
        self._store = store
        self._refuses = refuses
        self._threads = threads
        self._unkept: OrderedDict[str, Job] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None
        self._dropping: asyncio.Task[None] | None = None
        self._open = False

    def now(self) -> int:
        """The whole seconds since the epoch."""
        return self._store.now()

    async def open(self) -> list[Job]:
        """Begin to drop expired jobs. Gives the jobs that an earlier server left to be run.

        Raises:
            StorageFailed: the kept jobs cannot be read.
        """
        waiting = await self._threads.run(self._store.recover)
        self._open = True
        await self.drop_expired()
        return waiting

    async def close(self) -> None:
        """Release the store."""
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
        if self._dropping is not None:
            await asyncio.wait({self._dropping})
        await self._threads.run(self._store.close)

    async def add(self, job: Job, source: bytes) -> Job:
        """Keep a new job.

        Returns:
            The job; a failed one if it cannot be kept and is not refused.

        Raises:
            QueueFull: there is no room for its source.
            StorageFailed: it cannot be kept, and is refused.
        """
        try:
            await self._threads.run(self._store.add, job, source)
        except StorageFailed as error:
            logger.error("A job cannot be kept: %s", where(error))  # noqa: TRY400 - messages may quote a path
            if self._refuses:
                raise
            return self._keep_here(failed(job, self.now(), "storage"))
        return job

    async def begin(self, job: Job) -> bytes:
        """Record that a job runs, and give its source.

        Raises:
            StorageFailed: the disk failed.
        """
        await self._threads.run(self._store.update, job)
        return await self._threads.run(self._store.source, job.id)

    async def finish(self, job: Job, result: bytes | None) -> Job:
        """Keep a final job.

        Returns:
            The job; a failed one if its result cannot be kept.
        """
        try:
            await self._threads.run(self._store.finish, job, result)
        except Exception as error:  # noqa: BLE001 - after any error the job must still end
            logger.error("The end of a job cannot be kept: %s", where(error))  # noqa: TRY400 - messages may quote a path
        else:
            return job
        if result is None:
            return self._keep_here(job)
        return await self.finish(failed(job, job.finished, "storage"), None)

    async def find(self, job_id: str) -> Job | None:
        """A job by its id; None if there is none.

        Raises:
            StorageFailed: it cannot be read.
        """
        unkept = self._unkept.get(job_id)
        if unkept is not None:
            return None if self._store.is_expired(unkept) else unkept
        return await self._read(self._store.find, job_id)

    async def result(self, job_id: str, token: str) -> tuple[Job, bytes] | None:
        """A job that is done and its result, for a caller with its token; None otherwise.

        Raises:
            StorageFailed: it cannot be read.
        """
        job = await self._read(self._store.find, job_id)
        known = job is not None and hmac.compare_digest(job.token.encode(), token.encode("utf-8", "surrogatepass"))
        if job is None or not known or job.state is not JobState.DONE:
            return None
        data = await self._read(self._store.result, job)
        return None if data is None else (job, data)

    async def pages(self, job_id: str) -> list[PageEntry]:
        """The finished pages of a job, in the order in which they were finished.

        Raises:
            JobGone: the job was deleted meanwhile.
            StorageFailed: they cannot be read.
        """
        return await self._read(self._store.pages, job_id)

    async def page(self, job_id: str, entry: PageEntry) -> bytes:
        """The content of one of them.

        Raises:
            JobGone: the job was deleted meanwhile.
            StorageFailed: it cannot be read, or is damaged.
        """
        return await self._read(self._store.page, job_id, entry)

    async def add_page(self, job_id: str, number: int, note: bytes, content: bytes, at: int) -> PageEntry:
        """Keep a finished page of a job that runs, see `JobStore.add_page`.

        Raises:
            StorageFailed: the disk failed, or there is no room.
        """
        return await self._threads.run(self._store.add_page, job_id, number, note, content, at)

    async def source(self, job_id: str) -> bytes:
        """The source of a job.

        Raises:
            JobGone: the job was deleted meanwhile.
            StorageFailed: it cannot be read.
        """
        return await self._read(self._store.source, job_id)

    async def keep_file(self, job_id: str, role: str, data: bytes) -> bool:
        """Keep a file that was made of a job's pages. Gives whether it is kept, see `JobStore.keep_file`.

        Raises:
            StorageFailed: the disk failed.
        """
        return await self._threads.run(self._store.keep_file, job_id, role, data)

    async def file(self, job_id: str, role: str) -> bytes | None:
        """A file that was made of a job's pages; None if it is not kept.

        Raises:
            StorageFailed: it cannot be read.
        """
        return await self._read(self._store.file, job_id, role)

    async def of_owner(self, owner: str, state: JobState | None, before: str | None, count: int) -> list[Job]:
        """Jobs of an owner, the newest first, see `JobTable.of_owner`.

        Raises:
            StorageFailed: they cannot be read.
        """
        return await self._read(self._store.of_owner, owner, state, before, count)

    async def of_request(self, owner: str, request_key: str) -> Job | None:
        """The owner's job of a request with this key; None if there is none.

        Raises:
            StorageFailed: it cannot be read.
        """
        return await self._read(self._store.of_request, owner, request_key)

    async def of_batch(self, owner: str, batch: str) -> list[Job]:
        """The owner's jobs of a batch, in the order of their arrival.

        Raises:
            StorageFailed: they cannot be read.
        """
        return await self._read(self._store.of_batch, owner, batch)

    async def was_dropped(self, job_id: str, owner: str) -> bool:
        """Whether a job of this owner was there, and is not kept any more.

        Raises:
            StorageFailed: that cannot be read.
        """
        return await self._read(self._store.was_dropped, job_id, owner)

    async def delete(self, job_id: str) -> None:
        """Drop a final job at once.

        Raises:
            StorageFailed: the disk failed.
        """
        self._unkept.pop(job_id, None)
        await self._read(self._store.delete, job_id)

    async def with_notice(self) -> list[Job]:
        """The final jobs whose owners are still to be told of their end.

        Raises:
            StorageFailed: they cannot be read.
        """
        return await self._threads.run(self._store.with_notice)

    async def noticed(self, job_id: str) -> None:
        """Record that a job's owner was told of its end, or cannot be told.

        Raises:
            StorageFailed: the disk failed.
        """
        await self._threads.run(self._store.noticed, job_id)

    def expires(self, job: Job) -> int:
        """The time at which a final job expires, in seconds since the epoch."""
        return self._store.expires(job)

    async def drop_expired(self) -> None:
        """Drop expired jobs, and set a timer for the next one."""
        try:
            seconds = await self._threads.run(self._store.expire)
        except StorageFailed as error:
            logger.error("Expired jobs cannot be deleted: %s", where(error))  # noqa: TRY400 - messages may quote a path
            seconds = RETRY_SECONDS
        if self._unkept:
            seconds = RETRY_SECONDS if seconds is None else min(seconds, RETRY_SECONDS)
        if seconds is not None and self._timer is None and self._open:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._expire)

    async def _read(self, method: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        try:
            return await self._threads.run(method, *arguments, **named)
        except StorageFailed as error:
            logger.error("A job cannot be read: %s", where(error))  # noqa: TRY400 - messages may quote a path
            raise

    def _expire(self) -> None:
        self._timer = None
        self._dropping = asyncio.create_task(self._tidy())

    async def _tidy(self) -> None:
        """Drop expired jobs first, which makes room, and then keep the jobs that could not be kept."""
        await self.drop_expired()
        try:
            await self._keep_at_last()
        except StorageFailed as error:
            logger.error("The end of a job cannot be kept: %s", where(error))  # noqa: TRY400 - messages may quote a path

    async def _keep_at_last(self) -> None:
        """Store the ends of jobs that could not be stored before, and forget those whose time is over.

        Raises:
            StorageFailed: the disk still fails.
        """
        for job in list(self._unkept.values()):
            if not self._store.is_expired(job):
                await self._threads.run(self._store.finish, job, None)
                if await self._threads.run(self._store.find, job.id) is None:
                    continue  # It could not even be added, so only this object knows it.
            self._unkept.pop(job.id, None)

    def _keep_here(self, job: Job) -> Job:
        """Remember the end of a job that the store could not keep. The store would show it as running for ever."""
        self._unkept[job.id] = job
        while len(self._unkept) > MAX_UNKEPT:
            self._unkept.popitem(last=False)
        loop = asyncio.get_running_loop()
        if self._timer is not None and self._timer.when() > loop.time() + RETRY_SECONDS:
            self._timer.cancel()
            self._timer = None
        if self._timer is None and self._open:
            self._timer = loop.call_later(RETRY_SECONDS, self._expire)
        return job
