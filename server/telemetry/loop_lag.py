"""Measures how late the event loop runs its timers: the sign that something blocks it."""

import asyncio
from collections.abc import Callable

INTERVAL_SECONDS = 0.1
"""Often enough for a quantile of some seconds of load; ten timers a second cost nothing that can be measured."""


class LoopLag:
    """Reports, ten times a second, how much later than asked a timer ran.

    Args:
        report: receives seconds, 0 or more.
    """

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to measure the running loop."""
        self._schedule(asyncio.get_running_loop())

    def stop(self) -> None:
        """Measure no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_at(loop.time() + INTERVAL_SECONDS, self._measure, loop, loop.time() + INTERVAL_SECONDS)

    def _measure(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._report(max(0.0, loop.time() - due))
        self._schedule(loop)
