"""Memory over 2,000 mixed requests: images of many sizes, PDFs, pictures on and off, files that nobody can read."""

import random
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from benchmarks.command import NotMeasured
from benchmarks.documents import QUICK, RECEIPT, images, named, pdf, small_pages, unreadable
from benchmarks.field_of_peers import Field
from benchmarks.load import closed_load
from benchmarks.peers import Document, Peer, Request
from benchmarks.process_tree import tree_bytes
from benchmarks.store import Slice

REQUESTS = 200 if QUICK else 2000
FIRST = REQUESTS // 4
STEP = REQUESTS // 40
CLIENTS = 4
WINDOW = 3
"""Samples around a point whose median counts: what happens to be in work differs from one to the next."""


def plateau(field: Field, out: Slice, systems: Sequence[str]) -> None:
    """The resident set of the whole process tree after every fiftieth request, and how much it grew after the 500th."""
    for system in systems:
        out.facts[system] = _watched(field.peer(system))


def _watched(peer: Peer) -> dict[str, object]:
    requests = _mixed(peer)
    samples = [(0, tree_bytes(peer.pid))]
    errors = 0
    for begin, end in pairwise(range(0, REQUESTS + 1, STEP)):
        errors += closed_load(peer, requests[begin:end], CLIENTS).errors
        samples.append((end, tree_bytes(peer.pid)))
    refused = sum(request.pages == 0 for request in requests)
    if errors != refused:
        raise NotMeasured(f"{errors} requests failed, and {refused} of them should have")
    first, last = _around(samples, FIRST), _around(samples, REQUESTS)
    return {
        "requests": REQUESTS,
        "refused_as_unreadable": refused,
        "mebibytes_at_start": round(samples[0][1] / 2**20, 1),
        f"mebibytes_at_{FIRST}": round(first, 1),
        f"mebibytes_at_{REQUESTS}": round(last, 1),
        "growth": round(last / first - 1, 4),
        "samples": [(count, round(size / 2**20, 1)) for count, size in samples],
    }


def _mixed(peer: Peer) -> list[Request]:
    """Every hundred requests hold the same mix, in another order, of pages that hardly ever repeat."""
    dice = random.Random(0)
    fresh = iter(small_pages(REQUESTS, seed=2))
    real = [*named(images(), RECEIPT, "street_sign", "dense_text", "multi_language")]
    requests: list[Request] = []
    for hundred in range(0, REQUESTS, 100):
        documents: list[Document] = [next(fresh) for _ in range(83)]
        documents += [dice.choice(real) for _ in range(10)] + [pdf(pages) for pages in (1, 3)]
        documents += [unreadable(hundred + number) for number in range(5)]
        dice.shuffle(documents)
        requests += [peer.request(document, visualize=dice.random() < 0.2) for document in documents]
    return requests


def _around(samples: list[tuple[int, int]], count: int) -> float:
    """MiB: median of the samples that end at a number of requests."""
    position = next(index for index, (number, _) in enumerate(samples) if number >= count)
    return median(size for _, size in samples[max(1, position - WINDOW + 1) : position + 1]) / 2**20
