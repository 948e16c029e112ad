"""Closes models that opened at their first use and that no page needs, when memory is short."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from models.machine import memory_is_short
from models.optional_stage import OptionalStage

logger = logging.getLogger(__name__)

CHECK_SECONDS = 30.0


class UnusedModels:
    """Watches the stages of a pipeline.

    Args:
        stages: those that may be closed. One that opened at the start stays open.
        is_short: whether memory is short.
    """

    def __init__(self, stages: Sequence[OptionalStage[Any]], is_short: Callable[[], bool] = memory_is_short) -> None:
        self._stages = tuple(stages)
        self._is_short = is_short
        self._watch: asyncio.Task[None] | None = None

    async def close_if_short(self) -> None:
        """Close unused models, the longest unused first, until memory is no longer short."""
        while self._is_short():
            unused = [(since, stage) for stage in self._stages if (since := stage.unused_since) is not None]
            if not unused:
                return
            _, stage = min(unused, key=lambda pair: pair[0])
            logger.info("memory is short: %s is closed until it is needed again", stage.module)
            await stage.release()

    def start(self, seconds: float = CHECK_SECONDS) -> None:
        """Check at an interval, until `stop`."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._check_again(seconds))

    async def stop(self) -> None:
        """Stop checking."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    async def _check_again(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.close_if_short()
