"""The waiting time before a lost replica is started again."""

from collections.abc import Callable

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 60.0
STEADY_SECONDS = 60.0
"""If a replica has served for longer, its loss has a new reason."""


class Backoff:
    """The waiting time: none after the first loss, then 1 s, and twice as long after every further loss.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._losses = 0

    def next_delay(self, *, served: bool) -> float:
        """The seconds to wait now. The next start is assumed to follow them.

        Args:
            served: whether the lost replica had begun to serve.
        """
        if served and self._clock() - self._started > STEADY_SECONDS:
            self._losses = 0
        delay = 0.0 if not self._losses else min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** (self._losses - 1))
        self._losses += 1
        self._started = self._clock() + delay
        return delay
