"""These are the figures of one system under one load, and their medians over rounds."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

from benchmarks.load import LoadResult
from benchmarks.peers import Peer
from benchmarks.process_tree import PeakMemory, machine_cpu_seconds, tree_cpu_seconds
from benchmarks.scrape import batching, scrape

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Figures:
    """One system in one run, or the medians of several.

    Attributes:
        requests, errors: answered with 200, and not.
        requests_per_second, pages_per_second: answered ones over the wall time from first request to last answer.
        p50, p95, p99: seconds from a request to its answer.
        cpu_seconds_per_page: of the system's whole process tree.
        peak_mebibytes: highest sum of its resident sets.
        client_cpu_share: what the load generator (with all that watches) took of the machine, 0..1.
        others_cpu_share: what neither the system nor the client took: much of it, and the run is worth little.
        kilopixels_per_second, lines_per_batch, shared_batches, loop_lag_p99: see `benchmarks.scrape.Batching`; only
            of systems that count them.
    """

    requests: float
    errors: float
    requests_per_second: float
    pages_per_second: float
    p50: float
    p95: float
    p99: float
    cpu_seconds_per_page: float
    peak_mebibytes: float
    client_cpu_share: float
    others_cpu_share: float
    kilopixels_per_second: float | None = None
    lines_per_batch: float | None = None
    shared_batches: float | None = None
    loop_lag_p99: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: who, under which load, on which pages.

    Attributes:
        system: see `benchmarks.peers`.
        load: e.g. ``16 clients``.
        pages: name of the set of pages.
        rounds: runs that the medians are taken of.
        lines: text lines that the system reads on the set, where it was looked at.
    """

    system: str
    load: str
    pages: str
    rounds: int
    figures: Figures
    lines: int | None = None


def measured(peer: Peer, run: Callable[[], LoadResult]) -> Figures:
    """Run a load on a system that does nothing else, and look at it from outside."""
    before = scrape(peer.host, peer.port) if peer.has_metrics else None
    cpu, own, machine = tree_cpu_seconds(peer.pid), time.process_time(), machine_cpu_seconds()
    with PeakMemory(peer.pid) as memory:
        result = run()
    cpu, own = tree_cpu_seconds(peer.pid) - cpu, time.process_time() - own
    others = max(0.0, machine_cpu_seconds() - machine - cpu - own)
    p50, p95, p99 = quantiles([seconds for _, seconds in result.latencies])
    figures: dict[str, float] = {
        "requests": len(result.latencies),
        "errors": result.errors,
        "requests_per_second": len(result.latencies) / result.seconds,
        "pages_per_second": result.pages / result.seconds,
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "cpu_seconds_per_page": cpu / max(1, result.pages),
        "peak_mebibytes": memory.peak_mebibytes,
        "client_cpu_share": own / result.seconds / CORES,
        "others_cpu_share": others / result.seconds / CORES,
    }
    if before is not None:
        seen = batching(before, scrape(peer.host, peer.port))
        figures |= {
            "kilopixels_per_second": seen.kilopixels / result.seconds,
            "lines_per_batch": seen.lines_per_batch,
            "shared_batches": seen.shared_batches,
            "loop_lag_p99": seen.loop_lag_p99,
        }
    return Figures(**figures)


def quantiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th and 99th percentile; zeros of nothing."""
    if len(seconds) < 2:
        return (seconds[0],) * 3 if seconds else (0.0,) * 3
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


def medians(runs: Sequence[Figures]) -> Figures:
    """The median of each figure; errors are summed and the peak is the highest."""
    values = {field.name: [getattr(run, field.name) for run in runs] for field in fields(Figures)}
    middle = {name: _median(column) for name, column in values.items()}
    middle["errors"], middle["peak_mebibytes"] = sum(values["errors"]), max(values["peak_mebibytes"])
    return Figures(**middle)  # type: ignore[arg-type]


def _median(column: Iterable[float | None]) -> float | None:
    known = [value for value in column if value is not None]
    return round(statistics.median(known), 4) if known else None
