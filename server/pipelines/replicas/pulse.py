"""A replica's regular sign of life: its counters, and for how long nothing has moved."""

import asyncio
from collections.abc import Callable

from models.pipeline import OcrPipeline
from server.pipelines.replicas.jobs import Jobs
from server.pipelines.replicas.messages import Pulse, StageNumbers

START_SECONDS = 1800.0
"""For a start that may compile every model, or for opening one later; what takes longer has hung."""


class Pulses:
    """Sends a `Pulse` every so often.

    Args:
        pipeline: whose counters it tells.
        jobs: the work in hand.
        send: sends it.
        seconds: between two of them.
    """

    def __init__(self, pipeline: OcrPipeline, jobs: Jobs, send: Callable[[Pulse], None], seconds: float) -> None:
        self._pipeline = pipeline
        self._jobs = jobs
        self._send = send
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._progress = -1
        self._moved = 0.0
        self._opening_since: float | None = None

    def start(self) -> None:
        """Send the first one, and the others from then on."""
        loop = asyncio.get_running_loop()
        self._send(self._pulse(loop.time()))
        self._timer = loop.call_later(self._seconds, self.start)

    def stop(self) -> None:
        """Send no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _pulse(self, now: float) -> Pulse:
        stats = self._pipeline.stats()
        progress = self._jobs.done + sum(counters.batches for counters, _ in stats.values())
        if progress != self._progress or not self._jobs.running or self._opens(now):
            self._progress, self._moved = progress, now
        stalled = max(now - self._moved, self._pipeline.longest_run_seconds)
        stages = {name: StageNumbers(counters, waiting) for name, (counters, waiting) in stats.items()}
        return Pulse(stages, self._pipeline.modules(), stalled)

    def _opens(self, now: float) -> bool:
        """Whether a model is being opened, which may take as long as a start: pages that need it wait meanwhile."""
        if not self._pipeline.opening:
            self._opening_since = None
            return False
        if self._opening_since is None:
            self._opening_since = now
        return now - self._opening_since < START_SECONDS
