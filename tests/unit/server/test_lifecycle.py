"""Some may stay while the server stops, for so long."""

import asyncio

import pytest

from server.errors import NotReady
from server.lifecycle import Lifecycle, Phase


def test_work_ends_a_little_before_the_grace_does():
    async def scenario() -> float:
        lifecycle, loop = Lifecycle(), asyncio.get_running_loop()

        async def work() -> None:
            async with lifecycle.stay():
                await asyncio.Event().wait()

        begin = loop.time()
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        lifecycle.drain(0.2)
        assert lifecycle.phase is Phase.DRAINING
        with pytest.raises(NotReady):
            await task
        return loop.time() - begin

    assert asyncio.run(scenario()) == pytest.approx(0.18, abs=0.15)


def test_so_does_work_that_begins_meanwhile():
    async def scenario() -> None:
        lifecycle = Lifecycle()
        lifecycle.drain(0.05)
        with pytest.raises(NotReady):
            async with lifecycle.stay():
                await asyncio.Event().wait()

    asyncio.run(scenario())


def test_without_a_grace_nothing_is_cut_and_a_timeout_of_the_work_is_its_own():
    async def scenario() -> None:
        lifecycle = Lifecycle()
        lifecycle.drain()
        async with lifecycle.stay():
            await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with lifecycle.stay():
                raise TimeoutError

    asyncio.run(scenario())
