"""Tells a person how far the reading is: a bar on a terminal, and a line for each file elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.cli.screen import BEGUN, clear_status, draw_status, has_terminal

DRAW_SECONDS = 0.5
BAR_COLUMNS = 24


class Progress:
    """Counts files and their pages, and estimates the time that is left.

    Args:
        files: the number of files to read.
        clock: gives seconds.

    Attributes:
        failed: files without a result.
    """

    def __init__(self, files: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._files = files
        self._clock = clock
        self._begin: float | None = None
        self._opened = self._ended = 0
        self._pages = self._pages_read = 0
        self.failed = 0

    def begin(self) -> None:
        """Start the clock: the first file is read now."""
        self._begin = self._clock()

    def opened(self, pages: int) -> None:
        """Count the pages of a document that is opened."""
        self._opened += 1
        self._pages += pages

    def page_read(self) -> None:
        """Count a page."""
        self._pages_read += 1

    def ended(self, *, failed: bool = False, given_up: int = 0) -> None:
        """Count a file that is done with.

        Args:
            failed: whether it has no result.
            given_up: its pages that are not read.
        """
        self._ended += 1
        self.failed += failed
        self._pages -= given_up

    def text(self) -> str:
        """The bar: files, pages, speed and the time that is left."""
        if self._begin is None:
            return BEGUN
        filled = BAR_COLUMNS * self._ended // max(1, self._files)
        bar = f"[{'#' * filled}{'-' * (BAR_COLUMNS - filled)}] {self._ended}/{self._files} files"
        pages = f"page {self._pages_read} of {'about ' * (self._unopened > 0)}{self._expected_pages}"
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{bar}, {pages}{failed}, {self._time_left()}"

    @property
    def _unopened(self) -> int:
        return max(0, self._files - max(self._opened, self._ended))

    @property
    def _expected_pages(self) -> int:
        """All pages. A file that is not opened yet is expected to have as many as the others on average."""
        return self._pages + round(self._unopened * (self._pages / self._opened if self._opened else 1))

    def _time_left(self) -> str:
        assert self._begin is not None
        passed = self._clock() - self._begin
        if not self._pages_read:
            return f"{shown_seconds(passed)} so far"
        left = passed / self._pages_read * max(0, self._expected_pages - self._pages_read)
        return f"about {shown_seconds(left)} left"


def shown_seconds(seconds: float) -> str:
    """A time in words."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@asynccontextmanager
async def status_drawn(text: Callable[[], str]) -> AsyncIterator[None]:
    """Draw a status on the terminal again and again during the block. Without a terminal nothing is drawn."""
    if not has_terminal():
        yield
        return
    drawing = asyncio.create_task(_draw(text))
    try:
        yield
    finally:
        drawing.cancel()
        clear_status()


async def _draw(text: Callable[[], str]) -> None:
    while True:
        draw_status(text())
        await asyncio.sleep(DRAW_SECONDS)
