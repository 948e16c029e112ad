"""Work that outlives its callers."""

import asyncio
import gc

import pytest

from models.tasks import outlived_by


async def fail() -> None:
    await asyncio.sleep(0.01)
    raise ValueError("the work failed")


def test_a_caller_gets_the_result_or_the_error() -> None:
    async def test() -> None:
        assert await outlived_by(asyncio.ensure_future(asyncio.sleep(0, "done"))) == "done"
        with pytest.raises(ValueError, match="the work failed"):
            await outlived_by(asyncio.ensure_future(fail()))

    asyncio.run(test())


def test_work_goes_on_without_its_caller_and_its_error_is_nobodys() -> None:
    reports: list[object] = []

    async def test() -> bool:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        work = asyncio.ensure_future(fail())
        waiting = asyncio.ensure_future(outlived_by(work))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.wait([work])
        failed = not work.cancelled()
        del work, waiting
        gc.collect()
        await asyncio.sleep(0)
        return failed

    assert asyncio.run(test())
    assert reports == []
