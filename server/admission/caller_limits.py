"""Limits of one caller: requests per second, requests at once, and pages per minute.

Requests per second are a token bucket that holds the tokens of one second. Pages are known only after they were read,
so they are charged afterwards. A caller that has read more than a minute's worth waits until that is paid off.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.config.base import CallerLimitSettings
from server.errors import TooManyRequests

ANYBODY = ""
"""The caller's name where no keys are configured: all callers are counted as one."""


@dataclass(slots=True)
class _Caller:
    tokens: float
    pages: float
    filled: float
    running: int = 0


class CallerLimits:
    """Counts the requests of each caller of one contract.

    Args:
        settings: how much each may send.
        clock: seconds, monotonic.
    """

    def __init__(self, settings: CallerLimitSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = settings.requests_per_second
        self._capacity = max(1.0, self._per_second or 0.0)
        self._at_once = settings.concurrent_requests
        self._pages = settings.pages_per_minute
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
        caller = self._caller(name)
        self._check(caller)
        caller.tokens -= 1
        caller.running += 1
        try:
            yield
        finally:
            caller.running -= 1

    def spend(self, name: str, pages: int) -> None:
        """Count pages that were read for a caller."""
        self._caller(name).pages -= pages

    def _check(self, caller: _Caller) -> None:
        if self._per_second is not None and caller.tokens < 1:
            raise TooManyRequests
        if self._at_once is not None and caller.running >= self._at_once:
            raise TooManyRequests
        if self._pages is not None and caller.pages < 1:
            raise TooManyRequests(retry_after=math.ceil((1 - caller.pages) * 60 / self._pages))

    def _caller(self, name: str) -> _Caller:
        """The caller's counters, refilled for the time since they were last used."""
        now = self._clock()
        caller = self._callers.setdefault(name, _Caller(self._capacity, self._pages or 0, now))
        passed, caller.filled = now - caller.filled, now
        caller.tokens = min(self._capacity, caller.tokens + passed * (self._per_second or 0.0))
        caller.pages = min(self._pages or 0, caller.pages + passed * (self._pages or 0) / 60)
        return caller
