"""Removes pictures soon after their time is over, even without requests."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.storage.base import ImageStore

SWEEP_SECONDS = 30.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def swept(store: ImageStore | None, seconds: float = SWEEP_SECONDS) -> AsyncIterator[None]:
    """Sweep a store, if there is one, at an interval of so many seconds inside the block."""
    if store is None:
        yield
        return
    task = asyncio.create_task(_sweep(store, seconds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _sweep(store: ImageStore, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(store.sweep)
        except OSError as error:
            logger.error("Expired pictures cannot be removed: %s", error.strerror)  # noqa: TRY400 - no more is said
