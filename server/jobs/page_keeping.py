"""Keeps the pages of one running job, one behind the other, however many are finished at the same time."""

import asyncio
import logging

from server.jobs.active import Active
from server.jobs.keeper import Keeper

logger = logging.getLogger(__name__)


class PageKeeping:
    """Keeps the pages of a job.

    Args:
        active: the job. It gets each page when it is kept.
        keeper: keeps the pages.
    """

    def __init__(self, active: Active, keeper: Keeper) -> None:
        self._active = active
        self._keeper = keeper
        self._order = asyncio.Lock()

    @property
    def finished(self) -> set[int]:
        """The numbers of the pages that are kept, from 1 on."""
        return {entry.number for entry in self._active.pages if entry.number}

    async def keep(self, number: int, note: bytes, content: bytes, document: bytes | None) -> None:
        """Keep a page. What is begun is finished even if the job is cancelled; else the next page could take its place.

        Args:
            number: of the page, from 1 on.
            note: a few facts of it.
            content: of the page.
            document: the facts of the document, which are kept before its first page; None if they are not known.

        Raises:
            StorageFailed: the disk failed, or there is no room.
        """
        keeping = asyncio.create_task(self._append(number, note, content, document))
        keeping.add_done_callback(_retrieve)
        await asyncio.shield(keeping)

    async def _append(self, number: int, note: bytes, content: bytes, document: bytes | None) -> None:
        async with self._order:
            if not self._active.pages and document is not None:
                await self._add(0, document, b"")
            if number not in self.finished:
                await self._add(number, note, content)

    async def _add(self, number: int, note: bytes, content: bytes) -> None:
        pages = self._active.pages
        at = pages[-1].end if pages else 0
        entry = await self._keeper.add_page(self._active.job.id, number, note, content, at)
        self._active.add_page(entry)
        self._active.progress.pages_read = len(self.finished)


def _retrieve(task: asyncio.Task[None]) -> None:
    """Take the error of a task that nobody may wait for any more."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.debug("A page was not kept: %s", type(error).__name__)
