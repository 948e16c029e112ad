"""The same page alone and among many others: byte-identical ``prunedResult`` under every padding."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.command import NotMeasured
from benchmarks.documents import QUICK, images, small_pages, without_long_page
from benchmarks.load import closed_load
from benchmarks.peers import OURS, Document, Ours, Peer, Request, ours
from benchmarks.store import Slice

OTHERS = 40 if QUICK else 200
SUBJECTS = 5
CLIENTS = 16
PADDINGS = ("reference", "bucket", "tight")
SWITCHES = {"useDocOrientationClassify": True, "useTextlineOrientation": True}


def determinism(out: Slice, systems: Sequence[str]) -> None:
    """Fill in, by system and padding, how many of the subjects' answers differed from the one that each gave alone."""
    subjects = without_long_page(images())[:: max(1, 19 // SUBJECTS)]
    out.pages["subjects"] = [page.name for page in subjects]
    out.facts["others"] = OTHERS
    out.facts["different"] = {}
    for name in systems:
        for padding in PADDINGS:
            settings = (*OURS[name].settings, f"engine.padding={padding}")
            with ours(name, Ours(OURS[name].weights, settings)) as peer:
                requests = [_request(peer, page) for page in subjects]
                others = [_request(peer, page) for page in small_pages(OTHERS, seed=1)]
                out.facts["different"][f"{name}, padding {padding}"] = _different(peer, requests, others)


def _request(peer: Peer, page: Document) -> Request:
    """With every stage that batches lines or pages of different requests."""
    request = peer.request(page, visualize=False)
    return replace(request, body=json.dumps({**json.loads(request.body), **SWITCHES}).encode())


def _different(peer: Peer, subjects: Sequence[Request], others: Sequence[Request]) -> int:
    alone = closed_load(peer, subjects, 1, keep=True).answers
    mixed = [*others, *subjects, *subjects]
    random.Random(0).shuffle(mixed)
    among = closed_load(peer, mixed, CLIENTS, keep=True)
    if among.errors:
        raise NotMeasured(f"{among.errors} requests failed")
    return sum(
        _pruned(answer) != _pruned(alone[request.name][0])
        for request in subjects
        for answer in among.answers[request.name]
    )


def _pruned(answer: bytes) -> bytes:
    pages = json.loads(answer)["result"]["ocrResults"]
    return json.dumps([page["prunedResult"] for page in pages]).encode()
