"""Where the server is between its start and its end, who may still come in, and until when those inside may stay."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
