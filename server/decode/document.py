"""One open document and its stream of pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from models.document import Image, Page
from server.decode.info import DocumentInfo


class Document:
    """A document whose header was read and found within the limits. Pages are decoded as they are asked for.

    Attributes:
        info: its outline.
    """

    def __init__(
        self, info: DocumentInfo, decode_page: Callable[[int], Awaitable[Image]], release: Callable[[], None]
    ) -> None:
        self.info = info
        self._decode_page = decode_page
        self._release = release
        self._upcoming: asyncio.Task[Image] | None = None

    async def pages(self) -> AsyncIterator[Page]:
        """The pages in order; while the caller works on one, the next is decoded, and no more than that.

        Raises:
            InvalidInputFile: a page is damaged, or hangs or kills its decoder.
        """
        for index in range(self.info.processed_pages):
            image = await (self._upcoming or self._begin(index))
            self._upcoming = self._begin(index + 1) if index + 1 < self.info.processed_pages else None
            yield Page(image, index)

    async def close(self) -> None:
        """Drop the page that is being decoded ahead, and everything that is held for the document."""
        upcoming, self._upcoming = self._upcoming, None
        if upcoming is not None:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)
        self._release()

    def _begin(self, index: int) -> asyncio.Task[Image]:
        self._upcoming = asyncio.ensure_future(self._decode_page(index))
        return self._upcoming
