"""Finds out whether a replica whose engine fails page after page is broken, or only gets pages that fail.

A card with a lost driver context fails every batch at once and for ever. Such a replica always has the fewest pixels in
work, so all pages would go to it. Only a page that is known to be readable shows the difference to a document that no
engine can read. No caller may end replicas with the pages that it sends.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import cv2
import numpy as np

from models.document import Image
from models.errors import EngineFailure, OcrError
from server.pipelines.replicas.errors import ReplicaLost
from server.pipelines.replicas.messages import Failed, PageRead, Report

logger = logging.getLogger("ppocr.replicas")

FAILURES_IN_A_ROW = 8
"""After so many failures of the engine, without a page that was read, the known page is read."""


class Probe:
    """Counts the failures of an engine in a row. After too many, it lets the replica read a known page.

    Args:
        read: reads `known_page` in the replica.
        broken: is called if that fails too.
    """

    def __init__(self, read: Callable[[], Awaitable[object]], broken: Callable[[], object]) -> None:
        self._read = read
        self._broken = broken
        self._failures = 0
        self._reading: asyncio.Task[None] | None = None

    def note(self, report: Report) -> None:
        """Note the end of an order. A device without room for a batch is not broken."""
        if isinstance(report, PageRead):
            self._failures = 0
        elif isinstance(report, Failed) and report.kind == EngineFailure.__name__:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW and self._reading is None:
                self._reading = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        try:
            await self._read()
        except ReplicaLost:
            logger.debug("a replica was lost before it could read the known page")
        except OcrError as error:
            if type(error) is EngineFailure:
                self._broken()
        finally:
            self._failures, self._reading = 0, None


def known_page() -> Image:
    """A small white page with a word and a number: uint8 (H, W, 3)."""
    page = np.full((96, 320, 3), 255, np.uint8)
    cv2.putText(page, "PAGE 123", (20, 64), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (0, 0, 0), 3)
    return page
