"""The phases of a server, from its start to its end.

`StartUp` knows the progress of the start, and how it ended. `Lifecycle` decides whether new requests are accepted, and
how long accepted ones may still run.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from server.errors import NotReady

SHARE_OF_GRACE = 0.9
"""Share of the grace that work may take. In the rest, callers whose work is not done are answered with an error."""


class Phase(Enum):
    """A server's phases, in order."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


class Lifecycle:
    """The current phase. A server that drains answers what it has accepted and takes no more.

    Attributes:
        phase: the current one.
        draining: set when the server begins to drain.
    """

    def __init__(self) -> None:
        self.phase = Phase.STARTING
        self._drains_since: float | None = None
        self._end: float | None = None
        self._inside: set[asyncio.Timeout] = set()
        self.draining = asyncio.Event()

    def started(self) -> None:
        """Say that everything is loaded. A server that was told to stop meanwhile goes on stopping."""
        if self.phase is Phase.STARTING:
            self.phase = Phase.SERVING

    def drain(self, grace: float | None = None) -> None:
        """Begin to drain: readiness becomes false and new documents are refused. Called from the event loop.

        Args:
            grace: seconds after which connections are closed; None sets no such end.
        """
        self.phase = Phase.DRAINING
        self.draining.set()
        self._drains_since = self._drains_since or time.monotonic()
        if grace is not None:
            self._end = asyncio.get_running_loop().time() + SHARE_OF_GRACE * grace
            for timeout in self._inside:
                timeout.reschedule(self._end)

    @property
    def drained_seconds(self) -> float:
        """Seconds since the server began to drain; 0 before."""
        return 0.0 if self._drains_since is None else time.monotonic() - self._drains_since

    def check_accepting(self) -> None:
        """Refuse a new document while the server starts or drains.

        Raises:
            NotReady: it does.
        """
        if self.phase is not Phase.SERVING:
            raise NotReady

    @asynccontextmanager
    async def stay(self) -> AsyncIterator[None]:
        """Run the block, and cancel it if the server stops meanwhile, early enough for its caller to get an answer.

        Raises:
            NotReady: the server stops, and its grace is nearly over.
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
    """The progress of a start.

    Attributes:
        step: the step in work.
        done: finished steps.
        total: steps altogether; 0 if they are not counted.
        seconds: since the start began.
    """

    step: str
    done: int
    total: int
    seconds: float


def _nothing() -> None:
    """Do nothing before the models are opened."""


class StartUp:
    """The start of one application.

    Args:
        total: steps that will be begun.
        before: called first, in a thread; it may block.
        background: serve health checks during the start, and let documents wait. Otherwise nothing is served before its
            end.

    Attributes:
        ended: set when the start has succeeded or failed.
        failure: the error it failed with.
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
        """The step that the start is in, how many steps are done, and how long this one has taken."""
        return Progress(self._step, max(0, self._begun - 1), self._total, time.monotonic() - self._since)

    def begin(self, step: str) -> None:
        """Begin a step; the one before is finished. Callable from any thread."""
        self._step = step
        self._begun += 1

    async def wait(self, seconds: float) -> None:
        """Wait until the start has succeeded or failed.

        Raises:
            NotReady: it takes longer than these seconds.
        """
        try:
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        except TimeoutError as error:
            raise NotReady from error

    def fail(self, error: BaseException) -> None:
        """End the start with an error."""
        self.failure = error
        self.ended.set()

    def succeed(self) -> None:
        """End the start with success."""
        self.ended.set()
