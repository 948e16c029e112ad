"""Executes orders inside a replica. Each order is a task that sends exactly one report, unless it is cancelled."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np

from models.document import Image, Page, PageResult, Preprocessed
from models.errors import OcrError
from models.pipeline import OcrPipeline
from server.children import channel
from server.pipelines.replicas.errors import described
from server.pipelines.replicas.messages import Cancel, Failed, Order, PageRead, Prepare, Prepared, Read, Report, Size
from server.pipelines.replicas.shared_picture import SharedPicture, map_picture
from server.telemetry.logs import where

logger = logging.getLogger("ppocr.replica")

NO_PICTURE: Image = np.empty((0, 0, 3), np.uint8)

OutgoingReport = tuple[Report, tuple[SharedPicture, ...]]
Work = Callable[[], Coroutine[Any, Any, OutgoingReport]]


class Orders:
    """Executes orders on a pipeline.

    Args:
        pipeline: reads the pages.
        send: sends a report and its pictures.

    Attributes:
        done: number of orders that ended in any way.
    """

    def __init__(self, pipeline: OcrPipeline, send: Callable[[Report, tuple[SharedPicture, ...]], None]) -> None:
        self._pipeline = pipeline
        self._send = send
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.done = 0

    @property
    def running(self) -> int:
        """The number of orders that have not ended."""
        return len(self._tasks)

    def take(self, order: Order, descriptors: Sequence[int]) -> None:
        """Begin or cancel an order. Runs on the event loop's thread."""
        try:
            if isinstance(order, Read):
                self._take_page(order, descriptors)
            elif isinstance(order, Prepare):
                self._begin(order.number, partial(self._prepare, order))
            elif isinstance(order, Cancel) and order.number in self._tasks:
                self._tasks[order.number].cancel()
        finally:
            channel.close_all(descriptors)

    async def cancel(self) -> None:
        """Cancel all orders and wait until they have ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take_page(self, order: Read, descriptors: Sequence[int]) -> None:
        try:
            image = map_picture(descriptors[0], order.size)
        except (IndexError, OSError, ValueError) as error:
            # No descriptor or no address space is left. The dispatcher must get a report anyway.
            self._send(Failed(order.number, *described(error)), ())
        else:
            self._begin(order.number, partial(self._read, order, image))

    def _begin(self, number: int, work: Work) -> None:
        task = asyncio.get_running_loop().create_task(self._execute(number, work))
        self._tasks[number] = task
        task.add_done_callback(partial(self._ended, number))

    def _ended(self, number: int, _: "asyncio.Task[None]") -> None:
        del self._tasks[number]
        self.done += 1

    async def _execute(self, number: int, work: Work) -> None:
        try:
            # The coroutine is made only here: an order may be cancelled before its task takes its first step.
            report, pictures = await work()
        except Exception as error:  # noqa: BLE001 - the dispatcher must get a report of any error
            if not isinstance(error, OcrError):
                # The error's own words are left out, because they may quote a document.
                logger.error("a job failed: %s", where(error))  # noqa: TRY400
            report, pictures = Failed(number, *described(error)), ()
        self._send(report, pictures)

    async def _prepare(self, order: Prepare) -> OutgoingReport:
        await self._pipeline.prepare(order.options)
        return Prepared(order.number), ()

    async def _read(self, order: Read, image: Image) -> OutgoingReport:
        deadline = None if order.seconds is None else asyncio.get_running_loop().time() + order.seconds
        page = Page(image, order.index, own_text=order.own_text)
        result = await self._pipeline.read(page, order.options, deadline=deadline, flow=order.flow)
        return await asyncio.to_thread(_page_read, order.number, image, result)


def _page_read(number: int, page: Image, result: PageResult) -> OutgoingReport:
    """The report of a page, with the pictures that the dispatcher lacks. It copies them: call it in a thread."""
    done = result.preprocessed
    sent: list[SharedPicture] = []
    rotated: Literal["page"] | Size | None = None
    if done.rotated is not None:
        rotated = "page" if done.rotated is page else _shared(done.rotated, sent)
    image: Literal["page", "rotated"] | Size = "page"
    if done.image is not page:
        image = "rotated" if done.image is done.rotated else _shared(done.image, sent)
    text = replace(result, preprocessed=Preprocessed(NO_PICTURE, done.angle))
    return PageRead(number, image, rotated, text), tuple(sent)


def _shared(image: Image, sent: list[SharedPicture]) -> Size:
    sent.append(SharedPicture(image))
    return sent[-1].size
