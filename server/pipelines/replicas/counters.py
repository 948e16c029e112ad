"""The stages' counters of all replicas together. They never fall, although a new process begins at 0."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from models.batching import BatcherStats
from server.pipelines.replicas.messages import StageNumbers

_FIELDS = tuple(field.name for field in fields(BatcherStats))


class StageTotals:
    """Adds up the counters of all replicas, and keeps the counters of ended processes."""

    def __init__(self) -> None:
        self._past: dict[str, BatcherStats] = {}

    def retire(self, stages: Mapping[str, StageNumbers]) -> None:
        """Keep the last counters of a process that ended."""
        for name, numbers in stages.items():
            self._past[name] = _sum(self._past.get(name, BatcherStats()), numbers.counters)

    def of(self, running: Sequence[Mapping[str, StageNumbers]]) -> dict[str, tuple[BatcherStats, int]]:
        """For each stage: the counters of all replicas, and the number of items that wait."""
        totals = {name: (replace(past), 0) for name, past in self._past.items()}
        for stages in running:
            for name, numbers in stages.items():
                counters, waiting = totals.get(name, (BatcherStats(), 0))
                totals[name] = (_sum(counters, numbers.counters), waiting + numbers.waiting)
        return totals


def _sum(one: BatcherStats, other: BatcherStats) -> BatcherStats:
    return BatcherStats(**{name: getattr(one, name) + getattr(other, name) for name in _FIELDS})
