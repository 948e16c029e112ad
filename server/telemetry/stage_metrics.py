"""The pipeline's own counters for each stage, read at every scrape."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from models.batching import BatcherStats

StageStats = Callable[[], Mapping[str, tuple[BatcherStats, int]]]
"""Gives, for each stage, its batcher's counters and the number of items that wait in its queue."""

COUNTERS = {
    "jobs": "Pages or lines taken by a stage.",
    "batches": "Batches run.",
    "shared_batches": "Batches that held work of two or more requests.",
    "cost": "Padded pixels of the batches run.",
    "failures": "Jobs that failed.",
    "dropped": "Jobs dropped unrun: cancelled, or past their deadline.",
    "memory_cuts": "Times that batches were made smaller because the device was out of memory.",
    "run_seconds": "Time spent running batches, their wait for processor cores included.",
    "wait_seconds": "Time jobs waited in the queue, summed over jobs.",
}


class StageCollector(Collector):
    """Yields one family for each counter, and the queue lengths.

    Args:
        stats: called at every scrape.
    """

    def __init__(self, stats: StageStats) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """All families with their present values."""
        stages = self._stats()
        queued = GaugeMetricFamily("ppocr_stage_queue", "Jobs that wait for a stage.", labels=("stage",))
        for stage, (_, waiting) in stages.items():
            queued.add_metric((stage,), waiting)
        yield queued
        for name, text in COUNTERS.items():
            family = CounterMetricFamily(f"ppocr_stage_{name}", text, labels=("stage",))
            for stage, (counters, _) in stages.items():
                family.add_metric((stage,), getattr(counters, name))
            yield family

    def describe(self) -> Iterator[Metric]:
        """Nothing, because the families are only known at a scrape."""
        return iter(())
