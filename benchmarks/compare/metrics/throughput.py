"""Throughput: pages in a second.

Formula: measured = answered pages / seconds in which at least one request was on its way, at the plan's concurrency,
without cold starts. At the quota = requests a second that the account may send * pages in a request. A provider
gives no more than the smaller of the two; without a quota, the measured one at a concurrency that saturates the
machine is all.

Source: Little's law (J. D. C. Little, 1961) ties it to latency: requests on their way = throughput * latency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from benchmarks.compare.model import Answer


@dataclass(frozen=True, slots=True)
class Throughput:
    """Pages in a second; None where it is not known."""

    measured: float | None
    at_quota: float | None


def throughput(answers: Iterable[Answer], pages: Mapping[str, int], requests_per_second: float | None) -> Throughput:
    """Figures of one provider.

    Args:
        answers: the provider's.
        pages: number of pages of each document, by its id.
        requests_per_second: the quota.
    """
    warm = [answer for answer in answers if answer.outcome == "answered" and not answer.cold]
    read = sum(pages[answer.document] for answer in warm)
    busy = _covered([(_start(answer), _start(answer) + answer.seconds) for answer in warm])
    at_quota = requests_per_second * read / len(warm) if requests_per_second and warm else None
    return Throughput(read / busy if busy > 0 else None, at_quota)


def _start(answer: Answer) -> float:
    return datetime.fromisoformat(answer.started).timestamp()


def _covered(spans: list[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of the spans."""
    covered, end = 0.0, float("-inf")
    for start, stop in sorted(spans):
        covered += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return covered
