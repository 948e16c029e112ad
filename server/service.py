"""Reads documents: from a file's bytes to its text. Only this module gives pages to the pipeline.

A page waits until there is room for the pixels that it and its detection keep in memory. So neither a long document nor
a huge page can fill the memory. The pages of one document are decoded and read in parallel. A page that fails makes its
document fail and stops the rest of it; other documents go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
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

T = TypeVar("T")

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
    """

    overrides: OcrOverrides
    max_pages: int | None
    choose: Choose = every_page
    pdf_max_side: int | None = None


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
    ) -> RecognizedDocument[T]:
        """Read a document. Each page is reduced as soon as it is read, so that its picture need not be kept.

        Args:
            raw: the file.
            reading: how to read it.
            finish: makes the caller's result of each page. It runs for several pages at once.
            deadline: event loop time at which the work is cancelled; None for never.

        Raises:
            RequestError: the file cannot be read, a module is missing, time ran out, or the pipeline failed.
            Overloaded: the first page would probably not be read before the deadline; nothing was done.
        """
        if deadline is not None:
            self._wait_estimate.check(deadline - asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout_at(deadline) as timeout:
                with self._wait_estimate.queued() as queued:
                    return await self._recognize(raw, reading, finish, deadline, queued)
        except TimeoutError as error:
            if timeout.expired():
                raise RequestTimeout from error
            raise
        except OcrError as error:
            raise from_pipeline(error) from error

    async def _recognize(
        self,
        raw: RawFile,
        reading: Reading,
        finish: Callable[[RecognizedPage], Awaitable[T]],
        deadline: float | None,
        queued: QueuedDocument,
    ) -> RecognizedDocument[T]:
        options = self._pipeline.defaults.resolve(reading.overrides)
        await self._pipeline.prepare(options)
        flow = object()
        pages, side = reading.max_pages, reading.pdf_max_side

        async with self._decoder.open(raw, max_pages=pages, pdf_max_side=side) as document:
            indices = reading.choose(document.info)

            async def read(index: int) -> T:
                page = await document.page(index)
                result = await self._pipeline.read(page, options, deadline=deadline, flow=flow)
                queued.served()
                self._on_page(result)
                return await finish(RecognizedPage(page, result))

            return RecognizedDocument(document.info, await self._read_pages(document, indices, options, read))

    async def _read_pages(
        self,
        document: Document,
        indices: Sequence[int],
        options: OcrOptions,
        read: Callable[[int], Coroutine[Any, Any, T]],
    ) -> tuple[T, ...]:
        tasks: list[asyncio.Task[T]] = []
        try:
            async with asyncio.TaskGroup() as group:
                for index in indices:
                    width, height = document.info.sizes[index]
                    cost = await self._gate.acquire(page_cost(width, height, options), document)
                    task = group.create_task(read(index))
                    # Not a `finally` in the task: a task that is cancelled before its first step never runs its body.
                    task.add_done_callback(lambda _, cost=cost: self._gate.release(cost, document))  # type: ignore[misc]
                    tasks.append(task)
        except BaseExceptionGroup as failures:
            raise first_error(failures) from failures
        return tuple(task.result() for task in tasks)
