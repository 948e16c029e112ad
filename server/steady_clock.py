"""Seconds since the epoch that pass evenly while the server runs, even if the machine's clock is set.

A clock that is corrected, by hand or over the network, jumps. A result that is kept for an hour, or a link that is
valid for an hour, must neither vanish at once nor stay for a day because of that. Times that are compared with those of
other machines (signatures) or of a file system use the machine's own clock.
"""

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that goes on while the machine sleeps, if the system has one."""


class SteadyClock:
    """Call it for the time: the machine's time when this object was made, plus the time that has passed since."""

    def __init__(self) -> None:
        self._begin = time.time() - time.clock_gettime(_CLOCK)

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return self._begin + time.clock_gettime(_CLOCK)
