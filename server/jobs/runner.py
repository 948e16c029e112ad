"""Runs jobs: with a bounded queue that is fair between owners, a limit of running jobs, and a time limit for each.

While a job waits or runs, its state is known here; before and after, it is in the store. A server that stops lets
running jobs end within a grace period if the store outlives it. The other jobs stay in the store as they are, and the
next server runs them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from models.scheduling.fair_queue import FairQueue
from server.jobs.active import Active, Shown, Work, cancelled, done, failed, started
from server.jobs.job import Job, JobFailed, JobGone, QueueFull, StorageFailed
from server.jobs.keeper import Keeper
from server.telemetry.logs import forget_locals, where

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunnerLimits:
    """The limits of a runner.

    Attributes:
        queued: number of jobs that may wait.
        running: number of jobs that run at the same time.
        seconds: time that one job may run.
    """

    queued: int
    running: int
    seconds: float


OnEnd = Callable[[Job], object]
"""Is called with each job that became final."""


def _ignore(_job: Job) -> None:
    """Tell nobody."""


class JobRunner:
    """Takes jobs, runs them, and gives their states.

    Args:
        keeper: keeps them.
        work: makes the result of each job.
        limits: on waiting and running jobs.
        grace: gives the seconds for running jobs to end when the server stops.
        on_end: called with each job that became final, after that is kept.

    Attributes:
        finished: jobs that became final so far, failed ones too.
    """

    def __init__(
        self,
        keeper: Keeper,
        work: Work,
        limits: RunnerLimits,
        grace: Callable[[], float] = lambda: 0.0,
        on_end: OnEnd = _ignore,
    ) -> None:
        self._keeper = keeper
        self._work = work
        self._limits = limits
        self._grace = grace
        self._on_end = on_end
        self._queue: FairQueue[Active] = FairQueue()
        self._arriving = 0
        self._active: dict[str, Active] = {}
        self._taking: set[asyncio.Task[Job]] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._open = False
        self.finished = 0

    @property
    def in_work(self) -> int:
        """Jobs that run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Jobs in the queue."""
        return len(self._queue)

    @property
    def unfinished(self) -> int:
        """Jobs that were taken and are not final; also after the end, when none of them runs any more."""
        return len(self._active)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Queue the jobs that an earlier server left, and run jobs until the server stops.

        Raises:
            StorageFailed: the kept jobs cannot be read.
        """
        waiting = await self._keeper.open()
        self._open = True
        for job in waiting:
            # It goes on after the pages that it has. A job without pages begins anew.
            self._enqueue(Active(job, pages=await self._keeper.pages(job.id) if job.pages_read else []))
        try:
            yield
        finally:
            await self._stop()
            await self._keeper.close()

    def check_room(self) -> None:
        """Refuse a job early that `submit` would refuse.

        Raises:
            QueueFull: no more jobs may wait.
        """
        free = max(0, self._limits.running - len(self._running))
        if len(self._queue) + self._arriving >= self._limits.queued + free:
            raise QueueFull

    async def submit(self, job: Job, source: bytes, secret: str | None = None, account: str = "") -> Job:
        """Take a job. It is taken completely or not at all, even if the caller is cancelled.

        Args:
            job: not kept yet.
            source: the work's source.
            secret: as in `Active`.
            account: as in `Active`.

        Returns:
            The job in its present state: waiting, running, or failed if it cannot be kept and is not refused.

        Raises:
            QueueFull: no more jobs may wait.
            StorageFailed: it cannot be kept, and the keeper refuses it.
        """
        self.check_room()
        self._arriving += 1
        accepted = replace(job, created=self._keeper.now())
        taking = asyncio.create_task(self._take(Active(accepted, secret, account), source))
        self._taking.add(taking)
        taking.add_done_callback(self._taken)
        return await asyncio.shield(taking)

    async def wait(self, job_id: str, seconds: float) -> Job | None:
        """Wait until a job is final, for at most so many seconds. Cancelling the wait does not cancel the job.

        Returns:
            The job in its state after the wait; None if there is none.
        """
        active = self._active.get(job_id)
        if active is None:
            return await self._keeper.find(job_id)
        await asyncio.wait({active.ended}, timeout=seconds)
        return active.seen()

    async def find(self, job_id: str, owner: str) -> Job | None:
        """A job of this owner; None if there is none, or none any more, or it has another owner.

        Raises:
            StorageFailed: it cannot be read.
        """
        active = self._active.get(job_id)
        job = active.seen() if active else await self._keeper.find(job_id)
        return job if job is not None and job.owner == owner else None

    async def show(self, job_id: str, owner: str) -> Shown | None:
        """A job of this owner with its pages and its place in the queue; None as in `find`.

        Raises:
            StorageFailed: it cannot be read.
        """
        job = await self.find(job_id, owner)
        try:
            return None if job is None else await self.shown(job)
        except JobGone:
            return None

    async def shown(self, job: Job) -> Shown:
        """A job with its pages and its place in the queue.

        Raises:
            JobGone: it was deleted meanwhile.
            StorageFailed: its pages cannot be read.
        """
        active = self._active.get(job.id)
        if active is None:
            return Shown(job, await self._keeper.pages(job.id))
        waiting = [each.job.id for each in self._queue.in_order()]
        position = waiting.index(job.id) + 1 if job.id in waiting else 0
        return Shown(active.seen(), active.pages, position)

    def active(self, job_id: str) -> Active | None:
        """A job that waits or runs; None if it is final, or there is none."""
        return self._active.get(job_id)

    async def cancel(self, job_id: str) -> bool:
        """Cancel a job and wait for its end. If its work is over already, its end stays what it is.

        Returns:
            Whether the job waited or ran.
        """
        active = self._active.get(job_id)
        if active is None:
            return False
        active.cancelled = True
        if active.withdraw():
            ending = asyncio.create_task(self._end(active, cancelled(active.seen(), self._keeper.now()), None))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        elif active.working is not None:
            active.working.cancel()
        await asyncio.wait({active.ended})
        return True

    async def _take(self, active: Active, source: bytes) -> Job:
        try:
            kept = await self._keeper.add(active.job, source)
        finally:
            self._arriving -= 1
        if kept.final:
            self._on_end(kept)
            return kept
        self._enqueue(active)
        return active.seen()

    def _taken(self, task: asyncio.Task[Job]) -> None:
        """Retrieve an error that belongs to the caller. The caller may be gone."""
        self._taking.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.debug("A job was not taken: %s", type(error).__name__)

    def _enqueue(self, active: Active) -> None:
        self._active[active.job.id] = active
        active.withdraw = self._queue.push(active, key=active.job.id, cost=1, flow=active.job.owner)
        self._fill()

    def _fill(self) -> None:
        """Start waiting jobs as long as there is room."""
        while self._open and self._queue and len(self._running) < self._limits.running:
            (active,) = self._queue.pop_batch(1, 1)
            active.job = started(active.job, self._keeper.now())
            active.change()
            task = asyncio.create_task(self._run(active))
            self._running.add(task)
            task.add_done_callback(self._left)

    async def _run(self, active: Active) -> None:
        if active.cancelled:
            await self._end(active, cancelled(active.seen(), self._keeper.now()), None)
        else:
            await self._end(active, *await self._outcome(active))

    async def _end(self, active: Active, final: Job, result: bytes | None) -> None:
        active.job = await self._keeper.finish(final, result)
        self._active.pop(final.id)
        self.finished += 1
        active.ended.set_result(None)
        active.change()
        self._on_end(active.job)
        await self._keeper.drop_expired()

    def _left(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("A job ended in an unforeseen way: %s", where(error))
        self._fill()

    async def _outcome(self, active: Active) -> tuple[Job, bytes | None]:
        """Do the work. Any error ends this job only."""
        task = active.working = asyncio.current_task()
        try:
            async with asyncio.timeout(self._limits.seconds) as limit:
                result = await self._work(active, await self._keeper.begin(active.job))
            return done(active.seen(), self._keeper.now(), result), result
        except asyncio.CancelledError:
            if task is None or not active.cancelled:
                raise
            task.uncancel()
            return cancelled(active.seen(), self._keeper.now()), None
        except JobFailed as error:
            failure = error
        except StorageFailed as error:
            logger.error("A job cannot be read: %s", where(error))  # noqa: TRY400 - messages may quote a path
            failure = JobFailed("storage")
        except Exception as error:  # noqa: BLE001
            late = isinstance(error, TimeoutError) and limit.expired()
            if not late:
                logger.error("A job failed unexpectedly: %s", where(error))  # noqa: TRY400 - messages may quote content
            forget_locals(error)
            failure = JobFailed("timeout" if late else "failed")
        finally:
            active.working = None
        forget_locals(failure)
        return failed(active.seen(), self._keeper.now(), failure.failure, failure.detail), None

    async def _stop(self) -> None:
        self._open = False
        if self._running:
            await asyncio.wait(self._running, timeout=self._grace())
        tasks = {*self._running, *self._taking, *self._ending}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for active in self._active.values():
            active.ended.cancel()
            active.change()
