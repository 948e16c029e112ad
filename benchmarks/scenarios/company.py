"""Documents in company: a small image behind large ones, receipts while a long PDF is read, one long PDF alone."""

import statistics
import time
from collections.abc import Sequence
from functools import partial

from benchmarks.command import NotMeasured
from benchmarks.documents import LARGE, QUICK, RECEIPT, SMALL, images, named, pdf
from benchmarks.field_of_peers import Field
from benchmarks.figures import Figures, Row, measured, medians, quantiles
from benchmarks.load import background_load, closed_load, request_in_flight
from benchmarks.peers import available
from benchmarks.scenarios.closed import in_turn
from benchmarks.store import Slice

CLIENTS = 16
SMALL_REQUESTS, SMALL_SECONDS = 2, 8.0
"""At least so many small requests, and for at least so long: a serial server needs a quarter of a minute for one."""
PDF_PAGES = 4 if QUICK else 20
LONG_PDF_PAGES = 40 if QUICK else 200
RECEIPTS = 10 if QUICK else 40


def one_pdf(field: Field, out: Slice, rounds: int, systems: Sequence[str]) -> None:
    """A PDF, one client."""
    documents = [pdf(PDF_PAGES)]
    names = available(list(systems))
    runs: dict[str, list[Figures]] = {name: [] for name in names}
    for name in names:
        field.requests(name, documents)
    for number in range(rounds):
        for name in in_turn(names, number):
            peer, requests = field.peer(name), field.requests(name, documents)
            runs[name].append(measured(peer, partial(closed_load, peer, requests, 1)))
    for name in names:
        lines = field.lines(name, documents)
        out.rows.append(Row(name, f"PDF of {PDF_PAGES} pages", "made", rounds, medians(runs[name]), lines))


def small_behind_large(field: Field, out: Slice, rounds: int, systems: Sequence[str]) -> None:
    """Fifteen clients send large pages, one a small page: what the small one waits."""
    small, large = named(images(), SMALL), named(images(), *LARGE)
    names = available(list(systems))
    waits: dict[str, list[float]] = {name: [] for name in names}
    for name in names:
        field.requests(name, [*small, *large])
    for number in range(rounds):
        for name in in_turn(names, number):
            peer = field.peer(name)
            asked = field.requests(name, small)
            with background_load(peer, field.requests(name, large), CLIENTS - 1):
                count, end = 0, time.monotonic() + SMALL_SECONDS
                while count < SMALL_REQUESTS or time.monotonic() < end:
                    waits[name] += [seconds for _, seconds in closed_load(peer, asked, 1).latencies]
                    count += 1
    out.facts["p50"] = {name: round(statistics.median(seconds), 4) for name, seconds in waits.items()}
    out.facts["requests"] = {name: len(seconds) for name, seconds in waits.items()}
    out.pages = {"small": [page.name for page in small], "large": [page.name for page in large]}


def fairness(field: Field, out: Slice, rounds: int, systems: Sequence[str]) -> None:
    """Receipts one after the other, on an idle server and while a long PDF is being read."""
    receipt, long_pdf = named(images(), RECEIPT), pdf(LONG_PDF_PAGES)
    idle: dict[str, list[float]] = {name: [] for name in systems}
    busy: dict[str, list[float]] = {name: [] for name in systems}
    for name in systems:
        field.requests(name, [*receipt, pdf(PDF_PAGES)])
    for number in range(rounds):
        for name in in_turn(systems, number):
            peer = field.peer(name)
            asked = field.requests(name, receipt) * RECEIPTS
            idle[name].append(_p95(closed_load(peer, asked, 1).latencies))
            with request_in_flight(peer, peer.request(long_pdf, visualize=False)) as answered:
                closed_load(peer, asked[:2], 1)
                busy[name].append(_p95(closed_load(peer, asked, 1).latencies))
                if answered.is_set():
                    raise NotMeasured(f"{name} had read the PDF before the receipts were through: too few pages")
    out.facts["p95_idle"] = {name: round(statistics.median(values), 4) for name, values in idle.items()}
    out.facts["p95_busy"] = {name: round(statistics.median(values), 4) for name, values in busy.items()}
    out.pages = {"receipt": [page.name for page in receipt], "PDF pages": [str(LONG_PDF_PAGES)]}


def _p95(latencies: Sequence[tuple[str, float]]) -> float:
    return quantiles([seconds for _, seconds in latencies])[1]
