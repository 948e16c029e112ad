"""Where the server is between its start and its end, and who may still come in."""

import time
from enum import Enum

from server.errors import NotReady


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

    def started(self) -> None:
        """Everything is loaded."""
        self.phase = Phase.SERVING

    def drain(self) -> None:
        """The end is near: readiness turns false and new documents are refused."""
        self.phase = Phase.DRAINING
        self._drains_since = self._drains_since or time.monotonic()

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
