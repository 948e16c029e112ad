"""Makes the files of a job from its kept pages, with links that are minted now."""

import logging
from collections.abc import AsyncIterator
from functools import partial

from server.contracts.paddleocr_jobs.kept_page import DocumentNote, KeptPage, Progress, decode_page
from server.contracts.paddleocr_jobs.links import JobLinks
from server.contracts.paddleocr_jobs.result_files import linked_markdown, result_line
from server.jobs.job import Job, StorageFailed
from server.jobs.keeper import Keeper
from server.threads import Threads

MOST_LINE_BYTES = 1024 * 1024
"""One client cannot read a longer line."""

logger = logging.getLogger(__name__)


class Results:
    """Makes files.

    Args:
        keeper: keeps the pages.
        threads: for long work.
    """

    def __init__(self, keeper: Keeper, threads: Threads) -> None:
        self._keeper = keeper
        self._threads = threads

    async def json_lines(self, job: Job, progress: Progress, links: JobLinks) -> bytes:
        """The pages as JSON, one on each line.

        Raises:
            JobGone: the job was deleted meanwhile.
            StorageFailed: pages cannot be read.
        """
        document = _document(progress)
        lines: list[bytes] = []
        async for number, page in self._pages(job, progress):
            link = partial(links.link, number)
            line = await self._threads.run(result_line, page, number, job.id, document, link)
            if len(line) >= MOST_LINE_BYTES:
                logger.warning("A page of a job is a line of %d bytes, which one client cannot read", len(line))
            lines.append(line)
        return b"\n".join(lines) + b"\n"

    async def markdown(self, job: Job, progress: Progress, links: JobLinks) -> bytes:
        """The Markdown of the whole document, a blank line between its pages. Raises like `json_lines`."""
        texts: list[str] = []
        async for number, page in self._pages(job, progress):
            texts.append(linked_markdown(page, partial(links.link, number)).strip("\n"))
        return ("\n\n".join(text for text in texts if text) + "\n").encode("utf-8", "replace")

    async def picture(self, job: Job, progress: Progress, number: int, name: str) -> bytes | None:
        """A picture of a page, as JPEG; None if there is none of this name. Raises like `json_lines`."""
        found = progress.pages.get(number)
        if found is None:
            return None
        page = await self._threads.run(decode_page, await self._keeper.page(job.id, found[0]))
        return page.pictures.get(name)

    async def _pages(self, job: Job, progress: Progress) -> AsyncIterator[tuple[int, KeptPage]]:
        for number, (entry, _) in progress.pages.items():
            content = await self._keeper.page(job.id, entry)
            yield number, await self._threads.run(decode_page, content)


def _document(progress: Progress) -> DocumentNote:
    if progress.document is None:
        raise StorageFailed
    return progress.document
