"""Closed loops: every system in turn, the same list of pages, so many clients, round after round."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from statistics import median

from benchmarks.documents import LONG_PAGE, images, without_long_page
from benchmarks.field_of_peers import Field
from benchmarks.figures import Figures, Row, measured, medians, quantiles
from benchmarks.load import LoadResult, closed_load
from benchmarks.peers import Document, Peer, Request, available
from benchmarks.store import Slice

ALL, SHORT = "all", f"without {LONG_PAGE}"


def page_sets() -> dict[str, list[Document]]:
    """The pages that are measured: all of them, and those without the one that dominates."""
    documents = images()
    return {ALL: documents, SHORT: without_long_page(documents)}


def closed(
    field: Field,
    out: Slice,
    rounds: int,
    systems: Sequence[str],
    clients: int,
    *,
    sets: Mapping[str, Sequence[Document]] | None = None,
    visualize: bool = False,
) -> None:
    """Measure systems under one closed load.

    Args:
        field: the running systems.
        out: gets a row for each set and system.
        rounds: who begins changes from round to round.
        systems: by name; those that are not installed are left out.
        clients: that wait for an answer each at any time.
        sets: pages by the set's name; None for `page_sets`.
        visualize: whether pictures are asked for.
    """
    chosen = sets if sets is not None else page_sets()
    names = available(list(systems))
    runs: dict[tuple[str, str], list[Figures]] = {}
    for documents in chosen.values():
        for name in names:
            field.requests(name, documents, visualize=visualize)
    for number in range(rounds):
        for pages, documents in chosen.items():
            for name in in_turn(names, number):
                requests = field.requests(name, documents, visualize=visualize)
                enough = (requests * math.ceil(clients / len(requests)))[: max(clients, len(requests))]
                load = partial(closed_load, field.peer(name), enough, clients)
                runs.setdefault((pages, name), []).append(measured(field.peer(name), load))
    label = f"{clients} client{'s' * (clients > 1)}{', pictures' * visualize}"
    for (pages, name), figures in runs.items():
        lines = None if visualize else field.lines(name, chosen[pages])
        out.rows.append(Row(name, label, pages, rounds, medians(figures), lines))
    out.pages |= {pages: [document.name for document in documents] for pages, documents in chosen.items()}


def page_by_page(field: Field, out: Slice, rounds: int, systems: Sequence[str]) -> None:
    """One client, all pages; the figures without the long page come from the same runs."""
    documents = images()
    names = available(list(systems))
    runs: dict[str, list[LoadResult]] = {name: [] for name in names}
    figures: dict[str, list[Figures]] = {name: [] for name in names}
    for name in names:
        field.requests(name, documents)
    for number in range(rounds):
        for name in in_turn(names, number):
            requests = field.requests(name, documents)
            load = partial(_recorded, runs[name], field.peer(name), requests)
            figures[name].append(measured(field.peer(name), load))
    for name in names:
        out.rows.append(Row(name, "1 client", ALL, rounds, medians(figures[name]), field.lines(name, documents)))
    short = without_long_page(documents)
    out.facts["without_long_page"] = {name: _short(runs[name], {page.name for page in short}) for name in names}
    out.facts["median_milliseconds_by_page"] = {name: _by_page(runs[name]) for name in names}
    out.pages = {ALL: [document.name for document in documents], SHORT: [document.name for document in short]}


def in_turn(names: Sequence[str], number: int) -> list[str]:
    """The order of round ``number``: everyone is first, last and in between in time."""
    start = number % len(names) if names else 0
    return [*names[start:], *names[:start]]


def _recorded(results: list[LoadResult], peer: Peer, requests: Sequence[Request]) -> LoadResult:
    results.append(closed_load(peer, requests, 1))
    return results[-1]


def _short(results: Sequence[LoadResult], names: set[str]) -> dict[str, float]:
    """Requests a second and p50 over the pages in ``names``, medians of rounds."""
    chosen = [[seconds for name, seconds in result.latencies if name in names] for result in results]
    return {
        "requests_per_second": round(median(len(run) / sum(run) for run in chosen), 4),
        "p50": round(median(quantiles(run)[0] for run in chosen), 4),
    }


def _by_page(results: Sequence[LoadResult]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {}
    for result in results:
        for name, latency in result.latencies:
            seconds.setdefault(name, []).append(latency)
    return {name: round(1000 * median(values), 1) for name, values in seconds.items()}
