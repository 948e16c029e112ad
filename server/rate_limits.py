"""How much one caller may send: requests a second (a token bucket that holds one second's worth) and at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.errors import TooManyRequests

ANYBODY = ""
"""Whom a contract without configured keys counts requests for."""


@dataclass(slots=True)
class _Caller:
    tokens: float
    filled: float
    running: int = 0


class CallerLimits:
    """Counts the requests of each caller of one contract.

    Args:
        per_second: requests a second and caller; None for no limit.
        at_once: requests in work at once and caller; None for no limit.
        clock: seconds, monotonic.
    """

    def __init__(
        self, per_second: float | None, at_once: int | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._capacity = max(1.0, per_second or 0.0)
        self._at_once = at_once
        self._clock = clock
        self._callers: dict[str, _Caller] = {}

    @contextmanager
    def enter(self, name: str) -> Iterator[None]:
        """Let one request of a caller in, or not.

        Args:
            name: the caller: a configured key's name, so that there are few of them.

        Raises:
            TooManyRequests: the caller is over a limit; nothing was counted.
        """
        caller = self._callers.setdefault(name, _Caller(self._capacity, self._clock()))
        self._refill(caller)
        if self._per_second is not None and caller.tokens < 1:
            raise TooManyRequests
        if self._at_once is not None and caller.running >= self._at_once:
            raise TooManyRequests
        caller.tokens -= 1
        caller.running += 1
        try:
            yield
        finally:
            caller.running -= 1

    def _refill(self, caller: _Caller) -> None:
        now = self._clock()
        caller.tokens = min(self._capacity, caller.tokens + (now - caller.filled) * (self._per_second or 0.0))
        caller.filled = now
