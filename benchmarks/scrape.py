"""Our own server's metrics before and after a run, and what they say about batching."""

import http.client
import math
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

RECOGNITION = (("stage", "text_recognition"),)
LAG = "ppocr_event_loop_lag_seconds"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
"""Value by sample name and sorted labels."""


@dataclass(frozen=True, slots=True)
class Batching:
    """The work of the recogniser's queue and of the event loop during a run.

    Attributes:
        kilopixels: padded pixels of lines that were recognised, in thousands.
        lines_per_batch: mean size of a recognition batch.
        shared_batches: share of the recognition batches that held lines of two or more requests, 0..1.
        loop_lag_p99: seconds within which 99 of 100 timers of the event loop ran.
    """

    kilopixels: float
    lines_per_batch: float
    shared_batches: float
    loop_lag_p99: float


def scrape(host: str, port: int) -> Samples:
    """All samples of ``GET /metrics`` now."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def batching(before: Samples, after: Samples) -> Batching:
    """Return the work that was done between two scrapes."""

    def grown(name: str) -> float:
        key = (f"ppocr_stage_{name}_total", RECOGNITION)
        return after[key] - before.get(key, 0.0)

    batches = grown("batches")
    return Batching(
        kilopixels=grown("cost") / 1000,
        lines_per_batch=grown("jobs") / batches if batches else 0.0,
        shared_batches=grown("shared_batches") / batches if batches else 0.0,
        loop_lag_p99=_quantile(0.99, lambda key: after[key] - before.get(key, 0.0), after),
    )


def _quantile(share: float, grown: Callable[[tuple[str, tuple[tuple[str, str], ...]]], float], after: Samples) -> float:
    """Upper edge of the histogram bucket in which the quantile lies; an upper bound."""
    edges = sorted((float(labels[0][1]), (name, labels)) for name, labels in after if name == f"{LAG}_bucket")
    total = grown(edges[-1][1]) if edges else 0.0
    return next((edge for edge, key in edges if grown(key) >= share * total), math.inf) if total else 0.0
