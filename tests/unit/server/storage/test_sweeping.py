"""Pictures go when their time is over, also where nobody asks for any, and a disk that refuses is tried again."""

import asyncio
import logging

import pytest

from server.storage.memory import MemoryStore
from server.storage.sweeping import swept

KEY = f"{'0' * 32}/ocr_img_0.jpg"


class OnceBroken(MemoryStore):
    """Fails at its first sweep."""

    sweeps = 0

    def sweep(self) -> None:
        self.sweeps += 1
        if self.sweeps == 1:
            raise OSError(5, "Input/output error")
        super().sweep()


def test_a_store_is_swept_again_and_again(caplog: pytest.LogCaptureFixture) -> None:
    async def idle() -> OnceBroken:
        store = OnceBroken(100, lifetime=0.0)
        store.put(KEY, b"picture")
        async with swept(store, 0.001), asyncio.timeout(10):
            while store.sweeps < 3:  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.001)
        return store

    with caplog.at_level(logging.ERROR):
        store = asyncio.run(idle())
    assert store._pictures == {}
    assert "cannot be removed: Input/output error" in caplog.text


def test_without_a_store_there_is_nothing_to_do() -> None:
    async def idle() -> int:
        async with swept(None):
            return len(asyncio.all_tasks())

    assert asyncio.run(idle()) == 1
