"""Measures how late the event loop runs its timers. A late timer shows that something blocks the loop."""

import asyncio
from collections.abc import Callable

INTERVAL_SECONDS = 0.1
"""Often enough for a quantile of a few seconds of load. Ten timers a second have no measurable cost."""


class LoopLag:
    """Reports, ten times a second, how late a timer ran.

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
        """Stop measuring."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_at(loop.time() + INTERVAL_SECONDS, self._measure, loop, loop.time() + INTERVAL_SECONDS)

    def _measure(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._report(max(0.0, loop.time() - due))
        self._schedule(loop)
