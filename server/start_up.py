"""How far the start of an application is, for readiness, and who hears how it ended."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from server.errors import NotReady


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a start.

    Attributes:
        step: what is being done.
        done: steps that are done.
        total: steps altogether; 0 where nobody counted them.
        seconds: since the start began.
    """

    step: str
    done: int
    total: int
    seconds: float


def _nothing() -> None:
    """What there is to do before the models are opened where nobody says."""


class StartUp:
    """The start of one application.

    Args:
        total: steps that will be begun.
        before: done first; blocking, called in a thread.
        background: serve health checks while it goes on, and let documents wait; else nothing is served before.

    Attributes:
        ended: set when it has succeeded or failed.
        failure: why it failed.
    """

    def __init__(self, total: int = 0, before: Callable[[], None] = _nothing, *, background: bool = False) -> None:
        self.before = before
        self.background = background
        self.ended = asyncio.Event()
        self.failure: BaseException | None = None
        self._step = ""
        self._begun = 0
        self._total = total
        self._since = time.monotonic()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(self._step, max(0, self._begun - 1), self._total, time.monotonic() - self._since)

    def begin(self, step: str) -> None:
        """Begin a step; the one before is done. Callable from any thread."""
        self._step = step
        self._begun += 1

    async def over(self, seconds: float) -> None:
        """Wait until it has ended, well or not.

        Raises:
            NotReady: it goes on for longer than these seconds.
        """
        try:
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        except TimeoutError as error:
            raise NotReady from error

    def fail(self, error: BaseException) -> None:
        """End it without success."""
        self.failure = error
        self.ended.set()

    def succeed(self) -> None:
        """End it with success."""
        self.ended.set()
