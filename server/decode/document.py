"""A document: what is known of it before it is decoded, and its pages once it is open."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from models.document import Image, Page

PAGES_AT_ONCE = 2
"""Pages of one document that are decoded, or wait to be, at the same time: a long document leaves room for others."""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document's outline, from its headers alone.

    Attributes:
        kind: ``tiff`` is a TIFF of several frames; every other image is an ``image``.
        total_pages: pages or frames in the file.
        processed_pages: how many of them will be read: the first ones, up to the page cap.
        sizes: width and height in pixels of each processed page as it will be decoded.
        points: width and height in points (1/72 inch) of each processed page, turned as it is shown; None for images.
    """

    kind: Literal["image", "pdf", "tiff"]
    total_pages: int
    processed_pages: int
    sizes: tuple[tuple[int, int], ...]
    points: tuple[tuple[float, float], ...] | None = None


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
