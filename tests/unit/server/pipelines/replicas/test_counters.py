"""Counters of all replicas together."""

from models.batching import BatcherStats
from server.pipelines.replicas.counters import StageTotals
from server.pipelines.replicas.messages import StageNumbers


def test_counters_never_fall_when_a_process_is_replaced() -> None:
    totals = StageTotals()
    dying = {"det": StageNumbers(BatcherStats(jobs=5, run_seconds=1.5), waiting=2)}
    other = {"det": StageNumbers(BatcherStats(jobs=1), waiting=1)}
    counters, waiting = totals.of([dying, other])["det"]
    assert (counters.jobs, counters.run_seconds, waiting) == (6, 1.5, 3)
    totals.retire(dying)
    for _ in range(2):
        counters, waiting = totals.of([{}, other])["det"]
        assert (counters.jobs, counters.run_seconds, waiting) == (6, 1.5, 1)
