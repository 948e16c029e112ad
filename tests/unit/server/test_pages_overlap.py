"""Pages of one document: one is read while the next is still being decoded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from models.document import Page, PageResult
from models.options import OcrOverrides
from server.admission.pixels import PixelGate
from server.decode.document import Document, DocumentInfo
from server.intake.raw_file import FileKind, RawFile
from server.service import DocumentReader, RecognizedPage
from tests.unit.server.stub_pipeline import StubPipeline

PAGES = 3


class SlowDecoder:
    """Decodes a page only when the page before it has been read; the real `Document` hands the pages out."""

    def __init__(self) -> None:
        self._may_decode = asyncio.Semaphore(1)

    @asynccontextmanager
    async def open(
        self, raw: RawFile, *, max_pages: int | None, pdf_max_side: int | None = None
    ) -> AsyncIterator[Document]:
        yield Document(DocumentInfo("pdf", PAGES, PAGES, ((64, 64),) * PAGES), self._decode, lambda: None)

    def page_read(self, result: PageResult) -> None:
        self._may_decode.release()

    async def _decode(self, index: int) -> np.ndarray:
        await self._may_decode.acquire()
        return np.zeros((64, 64, 3), np.uint8)


async def _keep(page: RecognizedPage) -> Page:
    return page.page


def test_a_page_is_recognised_while_the_next_is_being_decoded():
    async def scenario() -> list[int]:
        decoder = SlowDecoder()
        service = DocumentReader(StubPipeline(), decoder, PixelGate(10**9), decoder.page_read)
        raw = RawFile(b"", FileKind.PDF)
        read = service.recognize(raw, OcrOverrides(), _keep, max_pages=None, deadline=None)
        document = await asyncio.wait_for(read, 30)
        return [page.index for page in document.pages]

    assert asyncio.run(scenario()) == [0, 1, 2]
