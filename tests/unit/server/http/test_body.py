import asyncio
import tracemalloc

import pytest

from server.admission.requests import Admission
from server.config.settings import LimitSettings
from server.errors import BodyTimeout, BodyTooLarge, ClientDisconnected, Overloaded
from server.http.body import read_body

LIMITS = LimitSettings(max_body_bytes=100, body_timeout_seconds=0.05)


class Sender:
    """Sends chunks, then goes silent unless the last chunk ends the body."""

    def __init__(self, *chunks: bytes, ends: bool = True, disconnects: bool = False) -> None:
        self._messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if ends:
            self._messages.append({"type": "http.request", "body": b"", "more_body": False})
        if disconnects:
            self._messages.append({"type": "http.disconnect"})
        self.asked = 0

    async def __call__(self):
        self.asked += 1
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop(0)


def read(sender: Sender, announced: str | None, admission: Admission | None = None) -> bytes:
    admission = admission or Admission(1, 1000)
    with admission.enter() as ticket:
        return asyncio.run(read_body(sender, announced, ticket, LIMITS))


@pytest.mark.parametrize("announced", ["6", None, "nonsense", "2"])
def test_joins_the_chunks(announced):
    assert read(Sender(b"abc", b"def"), announced) == b"abcdef"


def test_a_body_that_announces_too_much_is_refused_unread():
    sender = Sender(b"abc")
    with pytest.raises(BodyTooLarge):
        read(sender, "101")
    assert sender.asked == 0


def test_a_body_that_grows_too_large_is_refused_on_the_way():
    sender = Sender(b"a" * 60, b"a" * 60, b"a" * 60)
    with pytest.raises(BodyTooLarge):
        read(sender, None)
    assert sender.asked == 2


def test_a_body_of_exactly_the_cap_passes():
    assert len(read(Sender(b"a" * 100), "100")) == 100


def test_a_body_that_stalls_times_out():
    with pytest.raises(BodyTimeout):
        read(Sender(b"abc", ends=False), "6")


def test_a_client_that_goes_away_is_noticed():
    with pytest.raises(ClientDisconnected):
        read(Sender(b"abc", ends=False, disconnects=True), "6")


def test_announced_bytes_that_do_not_arrive_shut_nobody_out():
    async def scenario() -> bytes:
        admission = Admission(5, 100)
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(idle(admission))
            await asyncio.sleep(0)
            with admission.enter() as ticket:
                return await read_body(Sender(b"a" * 90), "90", ticket, LIMITS)

    async def idle(admission: Admission) -> None:
        with admission.enter() as ticket, pytest.raises(BodyTimeout):
            await read_body(Sender(b"a", ends=False), "100", ticket, LIMITS)

    assert asyncio.run(scenario()) == b"a" * 90


@pytest.mark.parametrize("announced", ["60", None, "10"])
def test_bytes_are_charged_once_and_before_they_are_kept(announced):
    async def scenario() -> None:
        admission = Admission(2, 60)
        with admission.enter() as ticket:
            await read_body(Sender(b"a" * 30, b"a" * 30), announced, ticket, LIMITS)
            assert admission.bytes == 60
        with admission.enter() as ticket, admission.enter() as other:
            other.add_bytes(1)
            with pytest.raises(Overloaded):
                await read_body(Sender(b"a" * 30, b"a" * 30), announced, ticket, LIMITS)

    asyncio.run(scenario())


def test_a_large_body_is_not_copied():
    chunk, limits = bytes(1024 * 1024), LimitSettings(max_body_bytes=2**30)
    sender = Sender(*[chunk] * 32)

    async def scenario() -> int:
        with Admission(1, 2**30).enter() as ticket:
            return len(await read_body(sender, None, ticket, limits))

    tracemalloc.start()
    try:
        size = asyncio.run(scenario())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 32 * len(chunk)
    assert peak < 1.3 * size
