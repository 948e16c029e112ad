"""A replica's regular sign of life, with its counters and the time without progress."""

import asyncio
from collections.abc import Callable

from models.pipeline import OcrPipeline
from server.pipelines.replicas.messages import Pulse, StageNumbers
from server.pipelines.replicas.orders import Orders

START_SECONDS = 1800.0
"""Time for a start, which may compile every model, and for opening a model later. If it takes longer, it has hung."""


class Pulses:
    """Sends a `Pulse` at regular intervals.

    Args:
        pipeline: the source of the counters.
        orders: the orders in work.
        send: sends a pulse.
        seconds: between two pulses.
    """

    def __init__(self, pipeline: OcrPipeline, orders: Orders, send: Callable[[Pulse], None], seconds: float) -> None:
        self._pipeline = pipeline
        self._orders = orders
        self._send = send
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._progress = -1
        self._moved = 0.0
        self._opening_since: float | None = None

    def start(self) -> None:
        """Send the first pulse now, and the others at the interval."""
        loop = asyncio.get_running_loop()
        self._send(self._pulse(loop.time()))
        self._timer = loop.call_later(self._seconds, self.start)

    def stop(self) -> None:
        """Send no more pulses."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _pulse(self, now: float) -> Pulse:
        stats = self._pipeline.stats()
        progress = self._orders.done + sum(counters.batches for counters, _ in stats.values())
        if progress != self._progress or not self._orders.running or self._opens(now):
            self._progress, self._moved = progress, now
        stalled = max(now - self._moved, self._pipeline.longest_run_seconds)
        stages = {name: StageNumbers(counters, waiting) for name, (counters, waiting) in stats.items()}
        return Pulse(stages, self._pipeline.modules(), stalled)

    def _opens(self, now: float) -> bool:
        """Whether a model is being opened. This may take as long as a start, and pages that need the model wait."""
        if not self._pipeline.opening:
            self._opening_since = None
            return False
        if self._opening_since is None:
            self._opening_since = now
        return now - self._opening_since < START_SECONDS
