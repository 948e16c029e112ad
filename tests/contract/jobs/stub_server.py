"""``ppocr-server`` with a pipeline that reads what `page` drew, without models, for tests that kill servers often."""

import asyncio
import random
from dataclasses import replace
from importlib import import_module

import cv2
import numpy as np

from models.document import Page, PageResult
from models.options import OcrOptions
from tests.unit.server.stub_pipeline import StubPipeline

SIDE = 40
READ_SECONDS = 0.3
"""Each page takes up to so long."""


def document(number: int, pages: int) -> bytes:
    """A TIFF whose pages say which document they belong to, and which page they are."""
    images = [page(number, index) for index in range(pages)]
    written, data = cv2.imencodemulti(".tiff", images) if pages > 1 else cv2.imencode(".png", images[0])
    assert written
    return bytes(data)


def page(number: int, index: int) -> np.ndarray:
    """A picture whose colour is the number of its document and its own."""
    image = np.empty((SIDE, SIDE, 3), np.uint8)
    image[:] = (number % 256, number // 256, index)
    return image


def text_of(number: int, index: int) -> str:
    """The text that is read on a page."""
    return f"document {number} page {index}"


class NumberPipeline(StubPipeline):
    """Reads the numbers of pages."""

    async def read(self, page: Page, options: OcrOptions, **named: object) -> PageResult:
        """Read one page."""
        await asyncio.sleep(random.uniform(0, READ_SECONDS))
        result = await super().read(page, options, **named)
        low, high, index = (int(channel) for channel in page.image[0, 0])
        lines = tuple(replace(line, text=text_of(low + 256 * high, index)) for line in result.lines)
        return replace(result, lines=lines)


def main() -> None:
    """Run the command line."""
    start_up = import_module("server.lifecycle").StartUp
    import_module("server.cli.serve").choose_reader = lambda *_: (start_up(), NumberPipeline())
    import_module("server.cli").main()


if __name__ == "__main__":
    main()
