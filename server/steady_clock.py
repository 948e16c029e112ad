"""Seconds since the epoch that go on evenly while the server runs, whatever becomes of the machine's clock.

A clock that is set right, by hand or over the network, jumps. What is kept for an hour, or valid for an hour, should
neither be gone at once nor stay for a day because of that. Times that are compared with other machines' (signatures) or
with a file system's are the machine's own.
"""

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, where the system has such a clock."""


class SteadyClock:
    """Call it for the time: the machine's at the moment this was made, and what has passed since."""

    def __init__(self) -> None:
        self._begin = time.time() - time.clock_gettime(_CLOCK)

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return self._begin + time.clock_gettime(_CLOCK)
