"""Whether a replica whose engine fails page after page is broken, or is sent pages that fail.

A card whose driver context is lost fails every batch at once and for ever. Such a replica always has the fewest pixels
in hand, so all pages would go there. Only a page that is known to be readable tells it from a document that no engine
reads: nobody may end replicas by what they send.
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
"""Of the engine, with no page read in between, after which the known page is read."""


class Probe:
    """Counts an engine's failures in a row, and asks the replica for a known page where there are too many.

    Args:
        read: reads `known_page` in the replica.
        broken: called where that fails too.
    """

    def __init__(self, read: Callable[[], Awaitable[object]], broken: Callable[[], object]) -> None:
        self._read = read
        self._broken = broken
        self._failures = 0
        self._reading: asyncio.Task[None] | None = None

    def note(self, report: Report) -> None:
        """Take into account how a job ended. A device without room for a batch is not broken."""
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
    """A small white page with a word on it: uint8 (H, W, 3)."""
    page = np.full((96, 320, 3), 255, np.uint8)
    cv2.putText(page, "PAGE 123", (20, 64), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (0, 0, 0), 3)
    return page
