"""Reads documents: from a file's bytes to its text. Only this module gives pages to the pipeline.

A page waits until there is room for the pixels that it and its detection keep in memory. So neither a long document nor
a huge page can fill the memory. The pages of one document are decoded and read in parallel. A page that fails makes its
document fail and stops the rest of it; other documents go on.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

from models.document import Page, PageResult
from models.errors import OcrError
from models.options import OcrOptions, OcrOverrides
from models.page_cost import page_cost
from models.tasks import first_error
from server.admission.pixels import PixelGate
from server.admission.wait_estimate import QueuedDocument, WaitEstimate
from server.decode.decoder import Decoder
from server.decode.document import Document, DocumentInfo
from server.errors import RequestTimeout, from_pipeline
from server.intake.raw_file import RawFile
from server.page_reader import PageReader
from server.text_layer.pages import DocumentPages

T = TypeVar("T")

PAGES_AHEAD = 8
"""Pages of a document that are begun and not delivered, where pages are delivered in turn. Each may hold its pictures.
Fewer would leave a fast device idle while an early page takes longer than the others."""

OnFailedPage = Callable[[int, Exception], Awaitable[T]]
"""Makes the caller's result of a page that could not be read. It raises the error again if the document must fail."""
OnPage = Callable[[PageResult], object]
Choose = Callable[[DocumentInfo], Sequence[int]]
"""Gives the indices of the pages to read. It raises a `RequestError` to refuse the document."""


def every_page(info: DocumentInfo) -> Sequence[int]:
    """Choose every page that the limits allow."""
    return range(info.processed_pages)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading says how a document is to be read.

    Attributes:
        overrides: options of the pipeline. The configured defaults fill the rest.
        max_pages: pages to read; None for all that the limits allow.
        choose: chooses the pages once the document is open. It may refuse the document with a `RequestError`.
        pdf_max_side: longest side of a rendered PDF page, in pixels; larger pages are rendered smaller.
        pictures: whether the caller needs the pages' pictures. Without them, a page whose text is taken from its
            document may be white.
    """

    overrides: OcrOverrides
    max_pages: int | None
    choose: Choose = every_page
    pdf_max_side: int | None = None
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class RecognizedPage:
    """One page, and the result of reading it."""

    page: Page
    result: PageResult


@dataclass(frozen=True, slots=True)
class RecognizedDocument(Generic[T]):
    """A document that was read. ``pages`` holds what ``finish`` made of each page, in the order they were chosen."""

    info: DocumentInfo
    pages: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class _OpenDocument(Generic[T]):
    """A document that is being read.

    Attributes:
        document: decodes its pages.
        indices: of the pages to read, in their order.
        options: the effective options.
        read: reads the page with an index.
    """

    document: Document
    indices: Sequence[int]
    options: OcrOptions
    read: Callable[[int], Coroutine[Any, Any, T]]


class DocumentReader:
    """Reads documents with one pipeline.

    Args:
        pipeline: opened by the caller.
        decoder: started by the caller.
        gate: bounds the pages that are in memory and in the pipeline at once, over all requests.
        on_page: called with the result of every page.
        wait_estimate: the queue of documents whose first page is still to be read.
    """

    def __init__(
        self,
        pipeline: PageReader,
        decoder: Decoder,
        gate: PixelGate,
        on_page: OnPage,
        wait_estimate: WaitEstimate | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._decoder = decoder
        self._gate = gate
        self._on_page = on_page
        self._wait_estimate = wait_estimate or WaitEstimate()

    async def recognize(
        self,
        raw: RawFile,
        reading: Reading,
        finish: Callable[[RecognizedPage], Awaitable[T]],
        deadline: float | None,
        failed: OnFailedPage[T] | None = None,
    ) -> RecognizedDocument[T]:
        """Read a document. Each page is reduced as soon as it is read, so that its picture need not be kept.

        Args:
            raw: the file.
            reading: how to read it.
            finish: makes the caller's result of each page. It runs for several pages at once.
            deadline: event loop time at which the work is cancelled; None for never.
            failed: makes the caller's result of a page that cannot be read. None: the document fails with its page.

        Raises:
            RequestError: the file cannot be read, a module is missing, time ran out, or the pipeline failed.
            Overloaded: the first page would probably not be read before the deadline; nothing was done.
        """
        async with self._opened(raw, reading, finish, deadline) as opened:
            if failed is not None:
                opened = replace(opened, read=partial(_told, opened.read, failed))  # noqa: PLW2901 - for this block
            return RecognizedDocument(opened.document.info, await self._read_all(opened))

    async def recognize_in_turn(
        self,
        raw: RawFile,
        reading: Reading,
        finish: Callable[[RecognizedPage], Awaitable[T]],
        deliver: Callable[[DocumentInfo, T], Awaitable[None]],
        deadline: float | None,
    ) -> DocumentInfo:
        """Read a document, and deliver its pages one after the other in their order, each as soon as it is there.

        The other pages are begun when the first one is read, which it is as soon as a page can be. No page is begun
        while `PAGES_AHEAD` others are not delivered. So a document whose pages are not taken is not read further, and
        never is all of it in memory. A page that waits for its delivery keeps no room from others.

        Args:
            raw: the file.
            reading: how to read it.
            finish: makes the caller's result of each page. It runs for several pages at once.
            deliver: takes the document's outline and what ``finish`` made of the next page.
            deadline: event loop time at which the work is cancelled, also while a page is delivered; None for never.

        Returns:
            The document's outline.

        Raises:
            RequestError: as `recognize`. The pages before the one that failed were delivered.
            Overloaded: the first page would probably not be read before the deadline; nothing was done.
        """
        async with self._opened(raw, reading, finish, deadline) as opened:
            await self._read_in_turn(opened, deliver)
            return opened.document.info

    @asynccontextmanager
    async def _opened(
        self,
        raw: RawFile,
        reading: Reading,
        finish: Callable[[RecognizedPage], Awaitable[T]],
        deadline: float | None,
    ) -> AsyncIterator[_OpenDocument[T]]:
        """Open a document for the block, which reads it. Errors in the block become those of `recognize`."""
        if deadline is not None:
            self._wait_estimate.check(deadline - asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout_at(deadline) as timeout:
                with self._wait_estimate.queued() as queued:
                    options = self._pipeline.defaults.resolve(reading.overrides)
                    await self._pipeline.prepare(options)
                    pages, side = reading.max_pages, reading.pdf_max_side
                    async with self._decoder.open(raw, max_pages=pages, pdf_max_side=side) as document:
                        read = self._page_reading(document, options, reading, finish, deadline, queued)
                        yield _OpenDocument(document, reading.choose(document.info), options, read)
        except TimeoutError as error:
            if timeout.expired():
                raise RequestTimeout from error
            raise
        except OcrError as error:
            raise from_pipeline(error) from error

    def _page_reading(
        self,
        document: Document,
        options: OcrOptions,
        reading: Reading,
        finish: Callable[[RecognizedPage], Awaitable[T]],
        deadline: float | None,
        queued: QueuedDocument,
    ) -> Callable[[int], Coroutine[Any, Any, T]]:
        flow = object()
        recognise = partial(self._pipeline.read, deadline=deadline, flow=flow)
        pages = DocumentPages(document, options, recognise, pictures=reading.pictures)

        async def read(index: int) -> T:
            page = await pages.page(index)
            result = await self._pipeline.read(page, options, deadline=deadline, flow=flow)
            result = replace(result, warnings=(*page.warnings, *result.warnings))
            queued.served()
            self._on_page(result)
            return await finish(RecognizedPage(page, result))

        return read

    async def _read_all(self, opened: _OpenDocument[T]) -> tuple[T, ...]:
        tasks: list[asyncio.Task[T]] = []
        try:
            async with asyncio.TaskGroup() as group:
                for index in opened.indices:
                    release = await self._room(opened, index)
                    task = group.create_task(opened.read(index))
                    # Not a `finally` in the task: a task that is cancelled before its first step never runs its body.
                    task.add_done_callback(release)
                    tasks.append(task)
        except BaseExceptionGroup as failures:
            raise first_error(failures) from failures
        return tuple(task.result() for task in tasks)

    async def _read_in_turn(
        self, opened: _OpenDocument[T], deliver: Callable[[DocumentInfo, T], Awaitable[None]]
    ) -> None:
        # The first page has the device for itself: its client waits for it, and for no other page.
        ahead = asyncio.Semaphore(1)
        begun: asyncio.Queue[asyncio.Task[T | _Failed]] = asyncio.Queue()
        try:
            async with asyncio.TaskGroup() as group:

                async def begin() -> None:
                    for index in opened.indices:
                        await ahead.acquire()
                        release = await self._room(opened, index)
                        task = group.create_task(_caught(opened.read(index)))
                        task.add_done_callback(release)
                        begun.put_nowait(task)

                group.create_task(begin())
                for number in range(len(opened.indices)):
                    page = await (await begun.get())
                    if isinstance(page, _Failed):
                        raise page.error
                    for _ in range(PAGES_AHEAD - 1 if number == 0 else 0):
                        ahead.release()
                    await deliver(opened.document.info, page)
                    ahead.release()
        except BaseExceptionGroup as failures:
            raise first_error(failures) from failures

    async def _room(self, opened: _OpenDocument[T], index: int) -> Callable[[object], None]:
        """Wait for room for a page. Call what this gives when the page is read."""
        document = opened.document
        width, height = document.info.sizes[index]
        cost = await self._gate.acquire(page_cost(width, height, opened.options), document)
        return lambda _task: self._gate.release(cost, document)


@dataclass(frozen=True, slots=True)
class _Failed:
    """A page that failed."""

    error: Exception


async def _told(read: Callable[[int], Coroutine[Any, Any, T]], failed: OnFailedPage[T], index: int) -> T:
    """Read a page, or make what stands for a page that cannot be read."""
    try:
        return await read(index)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller judges it
        return await failed(index, error)


async def _caught(work: Awaitable[T]) -> T | _Failed:
    """Do the work of a page. Its error waits for the page's turn, so that the pages before it are delivered."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised later
        return _Failed(error)
