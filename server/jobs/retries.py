"""Tries work again while no process is there for it. A job has no client that would."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from server.decode.workers.process import WorkerNotStarted
from server.errors import NotReady

MOST_TRIES, TRY_SECONDS = 5, 5.0
"""Tries of a job while processes cannot be started, and the time between them."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


async def until_ready(work: Callable[[], Awaitable[T]]) -> T:
    """Do work. Try again if a process cannot be started or no replica serves.

    Raises:
        NotReady: that was so each time.
    """
    for _ in range(MOST_TRIES - 1):
        try:
            return await _once(work)
        except NotReady:
            logger.warning("A task is tried again, because no process is there for it")
        await asyncio.sleep(TRY_SECONDS)
    return await _once(work)


async def _once(work: Callable[[], Awaitable[T]]) -> T:
    try:
        return await work()
    except WorkerNotStarted as error:
        raise NotReady from error
