"""A running decoder, and the short way to a document's pages."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from models.document import Image
from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.document import DocumentInfo
from server.intake.raw_file import FileKind, RawFile

T = TypeVar("T")


@dataclass
class Bench:
    """A started decoder and the loop it lives in."""

    decoder: Decoder
    runner: asyncio.Runner

    def run(self, scenario: Coroutine[Any, Any, T]) -> T:
        """Run to the end on the decoder's loop."""
        return self.runner.run(scenario)

    def read(
        self, data: bytes, kind: FileKind = FileKind.IMAGE, max_pages: int | None = None
    ) -> tuple[DocumentInfo, list[Image]]:
        """Decode a whole document."""
        return self.run(read(self.decoder, data, kind, max_pages))


async def read(
    decoder: Decoder, data: bytes, kind: FileKind = FileKind.IMAGE, max_pages: int | None = None
) -> tuple[DocumentInfo, list[Image]]:
    async with decoder.open(RawFile(data, kind), max_pages=max_pages) as document:
        pages = [await document.page(index) for index in range(document.info.processed_pages)]
    assert [page.index for page in pages] == list(range(len(pages)))
    assert [page.image.shape[1::-1] for page in pages] == list(document.info.sizes)
    return document.info, [page.image for page in pages]


def running(settings: DecodeSettings, limits: LimitSettings, module: str) -> Iterator[Bench]:
    """A decoder from start to stop, whose workers run a module."""
    with asyncio.Runner() as runner:
        decoder = Decoder(settings, limits, worker_module=module)
        runner.run(decoder.start())
        yield Bench(decoder, runner)
        runner.run(decoder.stop())


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """The decoder as shipped, with two workers."""
    yield from running(DecodeSettings(workers=2), LimitSettings(), "server.decode.workers.worker")


@pytest.fixture(scope="module")
def small() -> Iterator[Bench]:
    """A decoder that takes 10,000 pixels an image and 3 pages a document."""
    yield from running(
        DecodeSettings(workers=1), LimitSettings(max_image_pixels=10_000, max_pages=3), "server.decode.workers.worker"
    )
