"""Pages that are finished at the same time are kept one behind the other, and each once."""

import asyncio

import pytest

from server.jobs.active import Active
from server.jobs.blobs import MemoryBlobs
from server.jobs.keeper import Keeper
from server.jobs.page_keeping import PageKeeping
from server.jobs.store import JobStore
from server.jobs.table import JobTable
from server.threads import Threads
from tests.unit.server.jobs.conftest import new, running


@pytest.fixture
def keeper(clock):
    threads = Threads(2)
    yield Keeper(JobStore(JobTable(None), MemoryBlobs(), max_bytes=1000, retention=100, files=(), clock=clock), threads)
    threads.close()


async def started(keeper: Keeper) -> Active:
    active = Active(new())
    await keeper.add(active.job, b"abc")
    await keeper.begin(running(active.job))
    return active


def test_the_document_comes_first_and_no_page_twice(keeper):
    async def check() -> None:
        active = await started(keeper)
        pages = PageKeeping(active, keeper)
        numbers = (3, 1, 2, 1)
        await asyncio.gather(*(pages.keep(number, b"n", b"%d" % number, b"document") for number in numbers))
        kept = await keeper.pages(active.job.id)
        assert [(entry.number, entry.note) for entry in kept] == [(0, b"document"), (3, b"n"), (1, b"n"), (2, b"n")]
        assert [await keeper.page(active.job.id, entry) for entry in kept] == [b"", b"3", b"1", b"2"]
        assert (pages.finished, active.progress.pages_read) == ({1, 2, 3}, 3)

    asyncio.run(check())


def test_what_is_begun_is_finished_although_the_job_is_cancelled(keeper):
    async def check() -> None:
        active = await started(keeper)
        pages = PageKeeping(active, keeper)
        keeping = asyncio.create_task(pages.keep(1, b"n", b"x", None))
        await asyncio.sleep(0)
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping
        await pages.keep(2, b"n", b"y", None)
        assert [entry.number for entry in await keeper.pages(active.job.id)] == [1, 2]

    asyncio.run(check())
