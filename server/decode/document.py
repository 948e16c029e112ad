"""One open document and its pages."""

import asyncio
from collections.abc import Awaitable, Callable

from models.document import Image, Page
from server.decode.info import DocumentInfo

PAGES_AT_ONCE = 2
"""Pages of one document that are decoded, or wait to be, at the same time: a long document leaves room for others."""


class Document:
    """A document whose header was read and found within the limits. Pages are decoded when they are asked for.

    Attributes:
        info: its outline.
    """

    def __init__(
        self, info: DocumentInfo, decode_page: Callable[[int], Awaitable[Image]], release: Callable[[], None]
    ) -> None:
        self.info = info
        self._decode_page = decode_page
        self._release = release
        self._turns = asyncio.Semaphore(PAGES_AT_ONCE)

    async def page(self, index: int) -> Page:
        """Decode one page; several may be asked for at once, and are decoded in the order of asking.

        Args:
            index: 0-based, below ``info.processed_pages``.

        Raises:
            InvalidInputFile: the page is damaged, or hangs or kills its decoder.
        """
        async with self._turns:
            return Page(await self._decode_page(index), index)

    async def close(self) -> None:
        """Drop everything that is held for the document. No page may be asked for any more."""
        self._release()
