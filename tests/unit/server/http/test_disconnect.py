import asyncio

import pytest

from server.errors import ClientDisconnected
from server.http.disconnect import run_while_connected


async def _connected() -> dict[str, str]:
    await asyncio.Event().wait()
    raise AssertionError


def test_gives_the_result_of_work_that_ends_first():
    async def work() -> str:
        return "done"

    assert asyncio.run(run_while_connected(_connected, work())) == "done"


def test_work_is_cancelled_and_has_ended_when_the_client_goes():
    events: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            events.append("cleaned up")

    async def receive() -> dict[str, str]:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnected):
        asyncio.run(run_while_connected(receive, work()))
    assert events == ["cleaned up"]


def test_the_error_of_the_work_is_the_callers():
    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        asyncio.run(run_while_connected(_connected, work()))


def test_a_request_that_is_cancelled_from_outside_cancels_its_work():
    events: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            events.append("cancelled")

    async def scenario() -> None:
        request = asyncio.create_task(run_while_connected(_connected, work()))
        await asyncio.sleep(0.01)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

    asyncio.run(scenario())
    assert events == ["cancelled"]
