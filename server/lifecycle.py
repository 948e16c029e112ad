"""Where the server is between its start and its end.

`StartUp` says how far the start is, and who hears how it ended. `Lifecycle` says who may still come in, and until when
those inside may stay.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from server.errors import NotReady

SHARE_OF_GRACE = 0.9
"""Of the grace that work may take up; in the rest, those whose work is not done are told so."""


class Phase(Enum):
    """A server's phases, in order."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


class Lifecycle:
    """The current phase. A server that drains answers what it has accepted and takes no more."""

    def __init__(self) -> None:
        self.phase = Phase.STARTING
        self._drains_since: float | None = None
        self._end: float | None = None
        self._inside: set[asyncio.Timeout] = set()

    def started(self) -> None:
        """Everything is loaded; a server that was told to stop meanwhile goes on stopping."""
        if self.phase is Phase.STARTING:
            self.phase = Phase.SERVING

    def drain(self, grace: float | None = None) -> None:
        """The end is near: readiness turns false and new documents are refused.

        Args:
            grace: seconds after which connections are closed; None where nobody says. Called from the event loop.
        """
        self.phase = Phase.DRAINING
        self._drains_since = self._drains_since or time.monotonic()
        if grace is not None:
            self._end = asyncio.get_running_loop().time() + SHARE_OF_GRACE * grace
            for timeout in self._inside:
                timeout.reschedule(self._end)

    @property
    def drained_seconds(self) -> float:
        """How long the server has been draining; 0 before."""
        return 0.0 if self._drains_since is None else time.monotonic() - self._drains_since

    def check_accepting(self) -> None:
        """Let a new document in.

        Raises:
            NotReady: the server starts or drains.
        """
        if self.phase is not Phase.SERVING:
            raise NotReady

    @asynccontextmanager
    async def stay(self) -> AsyncIterator[None]:
        """Work inside the block ends in time for its caller to be told, should the server stop meanwhile.

        Raises:
            NotReady: the server stops, and its grace is all but over.
        """
        try:
            async with asyncio.timeout_at(self._end) as timeout:
                self._inside.add(timeout)
                try:
                    yield
                finally:
                    self._inside.discard(timeout)
        except TimeoutError as error:
            if timeout.expired():
                raise NotReady from error
            raise


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
