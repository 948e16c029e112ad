"""The state of the replicas, read when Prometheus asks for it; no series where pages are read in this process."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.page_reader import ReplicaStatus

ReplicaStates = Callable[[], Sequence[ReplicaStatus]]
LABELS = ("replica", "device")


class ReplicaCollector(Collector):
    """Yields one series a replica in every family.

    Args:
        replicas: called at every scrape.
    """

    def __init__(self, replicas: ReplicaStates) -> None:
        self._replicas = replicas

    def collect(self) -> Iterator[Metric]:
        """All families, with the values of now."""
        serving = GaugeMetricFamily("ppocr_replica_serving", "1: it takes pages.", labels=LABELS)
        pages = GaugeMetricFamily("ppocr_replica_pages", "Pages that it is reading.", labels=LABELS)
        pixels = GaugeMetricFamily("ppocr_replica_pixels", "Pixels of the pages that it is reading.", labels=LABELS)
        losses = CounterMetricFamily(
            "ppocr_replica_losses", "Times that it died, hung or did not start.", labels=LABELS
        )
        for replica in self._replicas():
            labels = (str(replica.number), replica.device)
            serving.add_metric(labels, replica.state == "serving")
            pages.add_metric(labels, replica.pages)
            pixels.add_metric(labels, replica.pixels)
            losses.add_metric(labels, replica.losses)
        yield from (serving, pages, pixels, losses)

    def describe(self) -> Iterator[Metric]:
        """Nothing: families are known only when asked for."""
        return iter(())
