"""The pool of decode workers: it gives each command to a worker, and replaces workers that die.

A command is about a page, not a document. So a long document gives its worker back after every page and never blocks a
short one, and a slow consumer of pages holds no worker. A worker keeps its last file open. The next page of that file
goes to the same worker if it is free.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from models.document import Page
from models.reading_aids import ReadingWarning
from models.tasks import outlived_by
from server.decode.page_layer import MOST_LAYER_BYTES, PageLayer, decode_layer
from server.decode.workers.messages import (
    FileFormat,
    LayerCommand,
    LayerRead,
    Outline,
    OutlineCommand,
    PageCommand,
    PageDone,
    Work,
)
from server.decode.workers.process import WorkerFailed, WorkerNotStarted, WorkerSettings
from server.decode.workers.shared_file import SharedFile, SharedPixels, SharedResult
from server.decode.workers.whole_file import Made, make, refusal
from server.decode.workers.worker_slot import WorkerSlot

T = TypeVar("T")
ABANDONED_SECONDS = 1.0
"""Time for a page whose caller has left. Most pages take less, and a new process costs as much as many pages. Without
this limit, files that hang could occupy all workers although their callers are gone."""
LAYER_SECONDS = 5.0
"""Time for the text that a page has of its own, which takes a fiftieth of a second. The page can be read without it."""
STOPPED = "the pool of decode workers is stopped"


class WorkerPool:
    """A fixed number of workers. A thread controls each worker and sleeps while the worker computes."""

    def __init__(self, count: int, settings: WorkerSettings) -> None:
        self.slots = tuple(WorkerSlot(settings) for _ in range(count))
        self._idle = list(self.slots)
        self._free = asyncio.Semaphore(count)
        # A worker dies with the thread that started it, so these threads live as long as the pool.
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="decode-worker")
        self._running: set[asyncio.Task[object]] = set()
        self._stopped = False

    async def start(self) -> None:
        """Start all workers. So a broken installation is found now, and the first request does not wait.

        Raises:
            WorkerNotStarted: a worker does not start.
        """
        loop = asyncio.get_running_loop()
        starting = (loop.run_in_executor(self._threads, slot.ensure) for slot in self.slots)
        for result in await asyncio.gather(*starting, return_exceptions=True):
            if isinstance(result, BaseException):
                await self.stop()
                raise result

    async def stop(self) -> None:
        """Kill all workers. Commands in progress and all later ones fail."""
        self._stopped = True
        for slot in self.slots:
            slot.kill()
        await asyncio.gather(*self._running, return_exceptions=True)
        for slot in self.slots:
            slot.end()
        self._threads.shutdown()

    async def outline(self, file: SharedFile, kind: FileFormat, limit: int | None) -> Outline:
        """Count a file's pages and measure the first ``limit`` of them.

        Raises:
            FileRefused: the file cannot be read.
            WorkerFailed: the worker died or hung.
            WorkerNotStarted: no worker can be started, or the pool is stopped.
        """

        def work(slot: WorkerSlot) -> Outline:
            reply = slot.ask(OutlineCommand(file.number, kind, limit, file.password), file)
            if isinstance(reply, Outline):
                return reply
            raise refusal(reply)

        return await self._run(file, work)

    async def page(
        self, file: SharedFile, kind: FileFormat, index: int, size: tuple[int, int], scale: float = 1.0
    ) -> Page:
        """Decode one page.

        Args:
            file: the document.
            kind: the format that it is read as.
            index: 0-based page.
            size: the announced width and height in pixels. A page of another size is refused.
            scale: pixels per point, for PDF.

        Returns:
            The page with what its reader noted.

        Raises:
            FileRefused: the page cannot be read.
            WorkerFailed: the worker died or hung.
            WorkerNotStarted: no worker can be started, or the pool is stopped.
        """

        def work(slot: WorkerSlot) -> Page:
            with SharedPixels(*size) as pixels:
                command = PageCommand(file.number, kind, index, *size, scale, file.password)
                reply = slot.ask(command, file, (pixels.descriptor,))
                if isinstance(reply, PageDone):
                    warnings = tuple(ReadingWarning(note, index) for note in dict.fromkeys(reply.notes))
                    return Page(pixels.copy(), index, warnings)
            raise refusal(reply)

        return await self._run(file, work)

    async def layer(self, file: SharedFile, index: int, size: tuple[int, int], scale: float) -> PageLayer:
        """Read the text that a PDF page has of its own. It has `LAYER_SECONDS`, and then the page has none.

        Args:
            file: the document.
            index: 0-based page.
            size: width and height in pixels of the page as it would be rendered.
            scale: of that picture, in pixels per point.

        Raises:
            WorkerNotStarted: no worker can be started, or the pool is stopped.
        """

        def work(slot: WorkerSlot) -> PageLayer:
            with SharedResult(MOST_LAYER_BYTES) as result:
                command = LayerCommand(file.number, index, *size, scale, file.password)
                reply = slot.ask(command, file, (result.descriptor,), LAYER_SECONDS)
                if not isinstance(reply, LayerRead) or not 0 <= reply.length <= MOST_LAYER_BYTES:
                    return PageLayer("unreadable")
                try:
                    return decode_layer(result.read(reply.length))
                except (EOFError, ValueError):
                    return PageLayer("unreadable")

        try:
            return await self._run(file, work)
        except WorkerFailed:
            return PageLayer("unreadable")

    async def make(self, file: SharedFile, work: Work, capacity: int) -> Made:
        """Let a worker make a result from a whole file.

        Args:
            file: the document.
            work: the kind of work.
            capacity: greatest length of the result, in bytes.

        Raises:
            FileRefused: the file cannot be read, or the result is too long.
            WorkerFailed: the worker died or hung.
            WorkerNotStarted: no worker can be started, or the pool is stopped.
        """
        return await self._run(file, lambda slot: make(slot.ask, file, work, capacity))

    def forget(self, file: SharedFile) -> None:
        """Release a file for its maker, who does not use it any more. Workers close it, a busy one when it is done."""
        file.finished = True
        file.release()
        for slot in self._idle:
            slot.forget(file.number)

    async def _run(self, file: SharedFile, work: Callable[[WorkerSlot], T]) -> T:
        """Wait for a free worker and let it do the work.

        If the call is cancelled while it waits, the work is dropped. If it is cancelled later, the worker is killed
        unless it finishes its page within `ABANDONED_SECONDS`.
        """
        await self._free.acquire()
        if self._stopped:
            self._free.release()
            raise WorkerNotStarted(STOPPED)
        file.hold()
        loop, slot = asyncio.get_running_loop(), self._take(file.number)
        task = loop.create_task(self._work(slot, file, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await outlived_by(task)
        except asyncio.CancelledError:
            end = loop.call_later(ABANDONED_SECONDS, slot.abandon)
            task.add_done_callback(lambda _: end.cancel())
            raise

    async def _work(self, slot: WorkerSlot, file: SharedFile, work: Callable[[WorkerSlot], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, slot)
        except WorkerFailed as error:
            if self._stopped:
                raise WorkerNotStarted(STOPPED) from error
            raise
        finally:
            file.release()
            self._idle.append(slot)
            if file.finished:
                slot.forget(file.number)
            self._free.release()

    def _take(self, document: int) -> WorkerSlot:
        """Take the worker that has the file open, or else one without a file, or else the one idle for longest."""
        slot = max(self._idle, key=lambda idle: (idle.document == document, idle.document is None))
        self._idle.remove(slot)
        return slot
