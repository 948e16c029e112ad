"""Prometheus metrics of one application. They have their own registry, so a process can hold several applications."""

from collections.abc import Callable, Collection
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from models.document import PageResult
from server.admission.pixels import PixelGate
from server.admission.requests import Admission
from server.telemetry.replica_metrics import ReplicaCollector, ReplicaStates
from server.telemetry.stage_metrics import StageCollector, StageStats

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
LAG_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"


class Metrics:
    """Counters and gauges, and their text form.

    Labels only have values from closed sets: route templates, methods, statuses and stage names. So no caller can make
    new series.
    """

    def __init__(self, admission: Admission, gate: PixelGate) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._requests = Counter(
            "ppocr_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._request_seconds = Histogram(
            "ppocr_request_seconds",
            "Time from the request line to the last byte of the answer.",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge("ppocr_requests_in_flight", "Requests being handled.", registry=registry)
        self._pages = Counter("ppocr_pages", "Pages read.", registry=registry)
        self._warnings = Counter(
            "ppocr_warnings", "Warnings about pages and their lines.", ("code",), registry=registry
        )
        self._stage_seconds = Histogram(
            "ppocr_stage_seconds", "Time of one page in one stage.", ("stage",), buckets=SECONDS, registry=registry
        )
        self._lag = Histogram(
            "ppocr_event_loop_lag_seconds",
            "How late the event loop ran a timer.",
            buckets=LAG_SECONDS,
            registry=registry,
        )
        self._abandoned = Histogram(
            "ppocr_abandoned_seconds",
            "From the moment a client is gone until its queued work is dropped.",
            buckets=LAG_SECONDS,
            registry=registry,
        )
        self._watch(admission, gate)

    def _watch(self, admission: Admission, gate: PixelGate) -> None:
        watched = {
            ("ppocr_queue_requests", "Documents inside, whole and waiting or being read."): lambda: admission.requests,
            ("ppocr_queue_bytes", "Body bytes held by the documents inside."): lambda: admission.bytes,
            ("ppocr_detection_pixels", "Detection pixels of the pages being read."): lambda: gate.used,
            ("ppocr_pages_waiting", "Documents whose next page waits for room."): lambda: gate.waiting,
        }
        for (name, text), value in watched.items():
            Gauge(name, text, registry=self._registry).set_function(value)

    def watch_stages(self, stats: StageStats) -> None:
        """Show the counters of the pipeline's batchers at every scrape."""
        self._registry.register(StageCollector(stats))

    def watch_isolation(self, held: Callable[[], Collection[str]], names: Collection[str]) -> None:
        """Show which of the named protections the decode workers have."""
        gauge = Gauge("ppocr_decode_isolation", "1: it holds.", ("protection",), registry=self._registry)
        for name in names:
            gauge.labels(name).set_function(partial(_holds, held, name))

    def watch_replicas(self, replicas: ReplicaStates) -> None:
        """Show the state of the replicas at every scrape."""
        self._registry.register(ReplicaCollector(replicas))

    def request_started(self) -> None:
        """Count a request that is being handled."""
        self._in_flight.inc()

    def request_finished(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count an answered request. ``route`` is its path template; None for an unknown path."""
        known = method if method in METHODS else "other"
        self._in_flight.dec()
        self._requests.labels(known, route or UNMATCHED, str(status)).inc()
        self._request_seconds.labels(route or UNMATCHED).observe(seconds)

    def page_read(self, result: PageResult) -> None:
        """Count a page, its seconds in each stage, and its warnings."""
        self._pages.inc()
        for warning in result.warnings:
            self._warnings.labels(warning.code).inc()
        for stage, seconds in result.seconds.items():
            self._stage_seconds.labels(stage).observe(seconds)

    def work_abandoned(self, seconds: float) -> None:
        """Note the time from a client's end until the work of its request was dropped."""
        self._abandoned.observe(seconds)

    def loop_lagged(self, seconds: float) -> None:
        """Note how late the event loop ran a timer."""
        self._lag.observe(seconds)

    def render(self) -> bytes:
        """All metrics in the Prometheus text format."""
        return generate_latest(self._registry)


def _holds(held: Callable[[], Collection[str]], name: str) -> float:
    return float(name in held())
