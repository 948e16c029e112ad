"""A document: its outline, known before it is decoded, and its pages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from models.document import Page
from server.decode.page_layer import PageLayer

PAGES_AT_ONCE = 2
"""Pages of one document that are decoded, or wait for a decoder, at the same time. So others are decoded too."""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document's outline, from its headers alone.

    Attributes:
        kind: ``tiff`` is a TIFF of several frames. Every other image is an ``image``.
        total_pages: number of pages or frames in the file.
        processed_pages: number of pages that will be read: the first ones, up to the page cap.
        sizes: width and height in pixels of each processed page, as it will be decoded.
        points: width and height in points (1/72 inch) of each processed page, as it is shown; None for images.
        resolutions: dots per inch along x and y of each processed page of an image, as it is decoded; None where the
            file says none, or an absurd one. Empty for a PDF.
    """

    kind: Literal["image", "pdf", "tiff"]
    total_pages: int
    processed_pages: int
    sizes: tuple[tuple[int, int], ...]
    points: tuple[tuple[float, float], ...] | None = None
    resolutions: tuple[tuple[float, float] | None, ...] = ()


class Document:
    """An open document within the limits. Its pages are decoded on request.

    Attributes:
        info: its outline.
    """

    def __init__(
        self,
        info: DocumentInfo,
        decode_page: Callable[[int], Awaitable[Page]],
        release: Callable[[], None],
        read_layer: Callable[[int], Awaitable[PageLayer]] | None = None,
    ) -> None:
        self.info = info
        self._decode_page = decode_page
        self._release = release
        self._read_layer = read_layer
        self._permits = asyncio.Semaphore(PAGES_AT_ONCE)

    async def page(self, index: int) -> Page:
        """Decode one page. Several calls may wait at the same time. They are served in their order.

        Args:
            index: 0-based, below ``info.processed_pages``.

        Raises:
            InvalidInputFile: the page is damaged, or hangs or kills its decoder.
        """
        async with self._permits:
            return await self._decode_page(index)

    @property
    def has_layers(self) -> bool:
        """Whether its pages may have text of their own. Those of images do not."""
        return self._read_layer is not None

    async def layer(self, index: int) -> PageLayer | None:
        """Read the text that one page has of its own; None for documents whose pages are pictures.

        Args:
            index: 0-based, below ``info.processed_pages``.
        """
        if self._read_layer is None:
            return None
        async with self._permits:
            return await self._read_layer(index)

    async def close(self) -> None:
        """Free everything that is held for the document. `page` must not be called any more."""
        self._release()
