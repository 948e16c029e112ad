"""Queue, limits, failures and the end of a runner."""

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest

from server.jobs.active import Active
from server.jobs.blobs import MemoryBlobs, blob_name
from server.jobs.job import Job, JobFailed, JobState, QueueFull, StorageFailed
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner, RunnerLimits
from server.jobs.store import JobStore
from server.jobs.table import JobTable
from server.threads import Threads
from tests.unit.server.jobs.conftest import RETENTION

SECONDS = 10.0


class Bench:
    """A runner whose work waits for a test, and what was seen of it."""

    def __init__(self, store=None, clock=None, **limits) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.order: list[str] = []
        self.secrets: list[str | None] = []
        self.cancelled = 0
        self.factor = 1
        self.failure: Exception | None = None
        given = {} if clock is None else {"clock": clock}
        self.store = store or JobStore(JobTable(None), MemoryBlobs(), max_bytes=1000, retention=RETENTION, **given)
        self.threads = Threads(2)
        chosen = RunnerLimits(**{"queued": 2, "running": 1, "seconds": SECONDS, **limits})
        self.keeper = Keeper(self.store, self.threads)
        self.runner = JobRunner(self.keeper, self.work, chosen)

    async def work(self, active, source):
        self.order.append(active.job.spec)
        self.secrets.append(active.secret)
        active.progress.pages, active.progress.pages_read = 4, 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failure:
            raise self.failure
        return source.upper() * self.factor

    async def submit(self, spec="a", owner="ann", **more):
        return await self.runner.submit(Job(owner=owner, spec=spec, source_size=3), b"abc", **more)


@asynccontextmanager
async def bench(**settings):
    made = Bench(**settings)
    async with made.runner.running():
        yield made
    made.threads.close()


def run(test):
    async def limited():
        async with asyncio.timeout(SECONDS):
            await test()

    asyncio.run(limited())


def test_a_job_is_done_and_its_result_is_for_who_has_the_token():
    async def test():
        async with bench() as b:
            job = await b.submit(secret="open sesame")
            job = await b.runner.wait(job.id, SECONDS)
            assert (job.state, job.result_size, b.secrets) == (JobState.DONE, 3, ["open sesame"])
            assert job.created <= job.started <= job.finished
            assert await b.keeper.result(job.id, job.token) == (job, b"ABC")
            assert await b.keeper.result(job.id, job.token[:-1]) is None
            assert await b.keeper.result(job.id, "é") is None
            assert await b.runner.find(job.id, "ann") == job
            assert await b.runner.find(job.id, "bob") is None
            assert await b.runner.find(job.id, "") is None

    run(test)


def test_what_runs_says_how_far_it_is():
    async def test():
        async with bench() as b:
            b.gate.clear()
            job = await b.submit()
            assert job.state is JobState.RUNNING
            await until(lambda: b.order)
            seen = await b.runner.wait(job.id, 0)
            assert (seen.state, seen.pages, seen.pages_read, seen.finished) == (JobState.RUNNING, 4, 1, 0)
            assert await b.runner.find(job.id, "ann") == seen
            b.gate.set()
            assert (await b.runner.wait(job.id, SECONDS)).state is JobState.DONE

    run(test)


def test_the_queue_is_bounded_and_refusing_costs_nobody_else():
    async def test():
        async with bench() as b:
            b.gate.clear()
            jobs = [await b.submit(str(number)) for number in range(3)]
            assert [job.state for job in jobs] == [JobState.RUNNING, JobState.QUEUED, JobState.QUEUED]
            with pytest.raises(QueueFull):
                await b.submit()
            b.gate.set()
            ended = [await b.runner.wait(job.id, SECONDS) for job in jobs]
            assert {job.state for job in ended} == {JobState.DONE}
            assert b.order == ["0", "1", "2"]

    run(test)


def test_fifty_at_once_never_pass_the_bound():
    async def test():
        async with bench(queued=10, running=2) as b:
            b.gate.clear()
            taken = await asyncio.gather(*(b.submit() for _ in range(50)), return_exceptions=True)
            jobs = [job for job in taken if isinstance(job, Job)]
            assert len(jobs) == 12
            assert sum(isinstance(error, QueueFull) for error in taken) == 38
            b.gate.set()
            for job in jobs:
                assert (await b.runner.wait(job.id, SECONDS)).state is JobState.DONE

    run(test)


def test_owners_take_turns():
    async def test():
        async with bench(queued=9) as b:
            b.gate.clear()
            jobs = [await b.submit(f"ann {number}") for number in range(4)]
            jobs.append(await b.submit("bob", owner="bob"))
            b.gate.set()
            for job in jobs:
                await b.runner.wait(job.id, SECONDS)
            assert b.order.index("bob") < b.order.index("ann 2")

    run(test)


def test_a_caller_that_goes_away_loses_neither_task_nor_place():
    async def test():
        async with bench() as b:
            b.gate.clear()
            await b.submit("first")
            caller = asyncio.create_task(b.submit("second"))
            await asyncio.sleep(0)
            caller.cancel()
            await asyncio.gather(caller, return_exceptions=True)
            waiter = asyncio.create_task(b.runner.wait(next(iter(b.runner._active)), SECONDS))
            await asyncio.sleep(0)
            waiter.cancel()
            b.gate.set()
            await until(lambda: b.order == ["first", "second"] and not b.runner._active)
            assert b.cancelled == 0

    run(test)


def test_failures_are_told_apart(caplog):
    async def test():
        async with bench() as b:
            for failure, kind, detail in (
                (JobFailed("invalid", "why"), "invalid", "why"),
                (ValueError("SECRET CONTENT"), "failed", ""),
                (TimeoutError(), "failed", ""),
                (StorageFailed(), "storage", ""),
            ):
                b.failure = failure
                job = await b.runner.wait((await b.submit()).id, SECONDS)
                assert (job.state, job.failure, job.detail) == (JobState.FAILED, kind, detail)
                assert await b.runner.find(job.id, "ann") == job
                assert await b.keeper.result(job.id, job.token) is None

    with caplog.at_level(logging.DEBUG):
        run(test)
    assert "ValueError" in caplog.text
    assert "SECRET" not in caplog.text


def test_time_runs_out():
    async def test():
        async with bench(seconds=0.05) as b:
            b.gate.clear()
            job = await b.runner.wait((await b.submit()).id, SECONDS)
            assert (job.failure, b.cancelled) == ("timeout", 1)
            b.gate.set()
            assert (await b.runner.wait((await b.submit()).id, SECONDS)).state is JobState.DONE

    run(test)


def test_a_result_that_cannot_be_kept_is_a_failure_and_the_next_one_is_not():
    async def test():
        async with bench() as b:
            b.factor = 1000
            job = await b.runner.wait((await b.submit()).id, SECONDS)
            b.factor = 1
            assert (job.state, job.failure, job.result_size) == (JobState.FAILED, "storage", 0)
            assert (await b.runner.wait((await b.submit()).id, SECONDS)).state is JobState.DONE

    run(test)


async def until(condition) -> None:
    """Let the runner go on until something is so; `run` limits how long that may take."""
    while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.001)


class BrokenTable(JobTable):
    """Refuses as a full disk does, when it is told to."""

    broken = False
    error: Exception = OSError(28, "No space left on device")

    def add(self, job):
        self._check()
        super().add(job)

    def update(self, job):
        self._check()
        super().update(job)

    def _check(self):
        if self.broken:
            raise self.error


def test_a_full_disk_fails_jobs_and_is_survived(clock):
    async def test():
        table, blobs = BrokenTable(None), MemoryBlobs()
        store = JobStore(table, blobs, max_bytes=1000, retention=RETENTION, clock=clock)
        async with bench(store=store) as b:
            b.gate.clear()
            job = await b.submit("runs")
            await until(lambda: b.order)
            table.broken = True
            b.gate.set()
            ended = await b.runner.wait(job.id, SECONDS)
            assert (ended.state, ended.failure) == (JobState.FAILED, "storage")
            assert await b.runner.find(job.id, "ann") == ended
            refused = await b.submit("comes later")
            assert (refused.state, refused.failure) == (JobState.FAILED, "storage")
            assert await b.runner.find(refused.id, "ann") == refused
            assert blobs.confirmed() == [blob_name(job.id, "source")]
            assert blobs.prepared() == []
            table.broken = False
            b.keeper._expire()
            await until(b.keeper._dropping.done)
            assert table.find(job.id) == ended
            assert (blobs.confirmed(), blobs.prepared()) == ([], [])
            assert await b.runner.find(job.id, "ann") == ended
            assert await b.runner.find(refused.id, "ann") == refused
            clock.time += RETENTION + 1
            assert await b.runner.find(refused.id, "ann") is None
            assert (await b.runner.wait((await b.submit()).id, SECONDS)).state is JobState.DONE

    run(test)


def test_an_end_that_cannot_be_kept_for_whatever_reason_is_an_end(clock):
    async def test():
        table = BrokenTable(None)
        table.error = RuntimeError("can't start new thread")
        store = JobStore(table, MemoryBlobs(), max_bytes=1000, retention=RETENTION, clock=clock)
        async with bench(store=store) as b:
            b.gate.clear()
            job = await b.submit("runs")
            await until(lambda: b.order)
            table.broken = True
            b.gate.set()
            ended = await b.runner.wait(job.id, SECONDS)
            assert (ended.state, ended.failure) == (JobState.FAILED, "storage")
            assert await b.runner.find(job.id, "ann") == ended

    run(test)


def test_what_expires_is_deleted_without_being_asked_for(clock):
    async def test():
        async with bench(clock=clock) as b:
            first = await b.runner.wait((await b.submit()).id, SECONDS)
            await until(lambda: b.keeper._timer)
            clock.time += RETENTION
            b.keeper._timer.cancel()
            b.keeper._expire()
            await until(lambda: not b.store._table.find(first.id) and b.keeper._dropping.done())
            assert b.store._blobs.confirmed() == []
            assert b.keeper._timer is None

    run(test)


def test_a_stop_cancels_what_runs_and_leaves_it_for_the_next_server(reopen):
    async def first_server():
        async with bench(store=reopen()) as b:
            b.gate.clear()
            await b.submit("runs")
            await b.submit("waits")
            await until(lambda: b.order)
        assert b.cancelled == 1

    async def second_server():
        async with bench(store=reopen()) as b:
            await until(lambda: len(b.order) == 2 and not b.runner._active)
            assert b.order == ["runs", "waits"]

    run(first_server)
    run(second_server)


def test_a_stop_lets_running_jobs_end_where_the_store_outlives_it(reopen):
    async def first_server():
        made = Bench(store=reopen())
        made.runner._grace = lambda: SECONDS
        made.gate.clear()
        async with made.runner.running():
            job = await made.submit()
            await until(lambda: made.order)
            asyncio.get_running_loop().call_later(0.05, made.gate.set)
        made.threads.close()
        ids.append(job.id)

    ids: list[str] = []
    run(first_server)
    assert reopen().find(ids[0]).state is JobState.DONE


def test_what_waits_and_what_runs_can_be_cancelled_and_what_is_over_cannot():
    async def test():
        ended = []
        async with bench() as b:
            b.runner._on_end = ended.append
            b.gate.clear()
            jobs = [await b.submit(str(number)) for number in range(3)]
            await until(lambda: b.order)
            assert [(await b.runner.shown(job)).position for job in jobs] == [0, 1, 2]
            assert await b.runner.cancel(jobs[1].id)
            assert [(await b.runner.shown(job)).position for job in (jobs[0], jobs[2])] == [0, 1]
            assert await b.runner.cancel(jobs[0].id)
            assert b.cancelled == 1
            b.gate.set()
            states = [(await b.runner.wait(job.id, SECONDS)).state for job in jobs]
            assert states == [JobState.CANCELLED, JobState.CANCELLED, JobState.DONE]
            assert not await b.runner.cancel(jobs[2].id)
            assert b.order == ["0", "2"]
            assert [job.state for job in ended] == states[1::-1] + states[2:]

    run(test)


def test_a_job_that_is_cancelled_before_its_first_step_ends():
    async def test():
        async with bench() as b:
            job = await b.keeper.add(Job(owner="ann", spec="a", created=1, source_size=3), b"abc")
            b.runner._enqueue(Active(job))
            assert await b.runner.cancel(job.id)
            assert ((await b.keeper.find(job.id)).state, b.order) == (JobState.CANCELLED, [])

    run(test)
