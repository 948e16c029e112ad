"""How long to wait before a replica that was lost is started again."""

from collections.abc import Callable

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 60.0
STEADY_SECONDS = 60.0
"""One that served for this long is lost for a new reason."""


class Backoff:
    """No wait after the first loss, then 1 s, and twice as long after every further one.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._losses = 0

    def next_delay(self, *, served: bool) -> float:
        """Seconds to wait now; the next start is taken to follow them.

        Args:
            served: whether the one that was lost had begun to serve.
        """
        if served and self._clock() - self._started > STEADY_SECONDS:
            self._losses = 0
        delay = 0.0 if not self._losses else min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** (self._losses - 1))
        self._losses += 1
        self._started = self._clock() + delay
        return delay
