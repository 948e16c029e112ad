"""The state of the replicas, read at every scrape. There are no series if pages are read in this process."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.page_reader import ReplicaStatus

ReplicaStates = Callable[[], Sequence[ReplicaStatus]]
LABELS = ("replica", "device")


class ReplicaCollector(Collector):
    """Yields one series for each replica in every family.

    Args:
        replicas: called at every scrape.
    """

    def __init__(self, replicas: ReplicaStates) -> None:
        self._replicas = replicas

    def collect(self) -> Iterator[Metric]:
        """All families with their present values."""
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
        """Nothing, because the families are only known at a scrape."""
        return iter(())
