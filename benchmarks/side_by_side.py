"""Our server and PaddleX's own serving, same weights, same machine, side by side.

    python -m benchmarks.side_by_side [--profile v5_mobile] [--rounds 3] [--peers ours reference]

Latency at 1 client, requests per second at 1, 4 and 16 clients, pictures off and on, peak memory of the process tree,
errors. Both servers are up all the time and take turns (who begins changes every round); medians of the rounds, each
after one warming pass. QUICK=1 takes fewer and smaller documents and one round: under five minutes on two cores.
Figures go to benchmarks/results/side_by_side.json.
"""

import argparse
import json
import math
import os
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.ground_truth import DATA
from benchmarks.load import LoadResult, run_load
from benchmarks.machine import made_with
from benchmarks.memory import PeakMemory
from benchmarks.peers import PEERS, Peer, Request
from benchmarks.profiles import PROFILES
from tests.reference import serving

RESULTS = Path(__file__).parent / "results" / "side_by_side.json"
GOLDEN_PAGES = serving.REPOSITORY / "tests" / "golden" / "pages"
QUICK = bool(os.environ.get("QUICK"))
CLIENTS = (1, 4, 16)
HEADER = (
    f"{'pictures':8} {'clients':>7} {'system':10} {'req/s':>7} {'p50 s':>7} {'p95 s':>7} {'errors':>6} {'ratio':>6}"
)
QUICK_DOCUMENTS = ("receipt", "street_sign", "02_road_sign", "04_product_label", "business_letter", "form_fields")


@dataclass(frozen=True, slots=True)
class Cell:
    """One system under one load; medians over the rounds, seconds."""

    system: str
    visualize: bool
    clients: int
    requests: int
    requests_per_second: float
    p50: float
    p95: float
    errors: int


def main() -> int:
    """Measure, print, keep. Exit status 1 when a request failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="v5_mobile", choices=list(PROFILES))
    parser.add_argument("--rounds", type=int, default=1 if QUICK else 3)
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    names = list(given.peers)
    if not serving.installed() and "reference" in names:
        print("The reference is not installed (make reference): we are measured alone.")
        names.remove("reference")
    paths = documents()
    print(f"{len(paths)} documents, {given.rounds} rounds, clients {CLIENTS}, {given.profile}")
    with ExitStack() as stack:
        peers = [stack.enter_context(PEERS[name](given.profile)) for name in names]
        memory = {peer.name: stack.enter_context(PeakMemory(peer.pid)) for peer in peers}
        first = {peer.name: warm(peer, paths) for peer in peers}
        cells = measure(peers, paths, given.rounds)
        peaks = {name: watch.peak_mebibytes for name, watch in memory.items()}
    _print(cells, peaks)
    report = {
        "made_with": made_with() | {"profile": given.profile, "documents": len(paths), "rounds": given.rounds},
        "reference": serving.versions() if "reference" in names else None,
        "first_pass": first,
        "peak_mebibytes": peaks,
        "cells": [asdict(cell) for cell in cells],
    }
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(any(cell.errors for cell in cells))


def documents() -> list[Path]:
    """The 20 images of the external collection, else the one-page golden images; fewer in quick mode."""
    fixtures = DATA / "turboocr_fixtures"
    found = sorted(fixtures.glob("*g/*.*"))
    if not found:
        print(f"No evaluation data at {DATA}: the golden pages stand in.")
        found = [path for path in sorted(GOLDEN_PAGES.iterdir()) if path.suffix in (".png", ".jpg", ".webp")]
        return found[::4] if QUICK else found
    return [path for path in found if not QUICK or path.stem in QUICK_DOCUMENTS]


def warm(peer: Peer, paths: Sequence[Path]) -> dict[str, float]:
    """Every document once, pictures off and on: what a cold server needs, and how many lines it reads."""
    plain = run_load(peer, _requests(peer, paths, visualize=False), 1, keep=True)
    run_load(peer, _requests(peer, paths, visualize=True), 1)
    lines = sum(peer.count_lines(answer) for answer in plain.answers.values())
    print(f"{peer.name}: {lines} lines, cold pass {plain.seconds:.1f} s, {plain.errors} errors", flush=True)
    return {"lines": lines, "seconds": round(plain.seconds, 2), "errors": plain.errors}


def measure(peers: Sequence[Peer], paths: Sequence[Path], rounds: int) -> list[Cell]:
    """All cells: systems take turns within a load, and who is first alternates between rounds."""
    runs: dict[tuple[str, bool, int], list[LoadResult]] = {}
    for number in range(rounds):
        order = list(peers)[:: 1 if number % 2 == 0 else -1]
        for visualize in (False, True):
            for clients in CLIENTS:
                for peer in order:
                    requests = _requests(peer, paths, visualize=visualize)
                    result = run_load(peer, requests * math.ceil(clients / len(requests)), clients)
                    runs.setdefault((peer.name, visualize, clients), []).append(result)
    return [_cell(*key, results) for key, results in sorted(runs.items(), key=lambda item: item[0][1:])]


def _requests(peer: Peer, paths: Sequence[Path], *, visualize: bool) -> list[Request]:
    return [peer.request(path, visualize) for path in paths]


def _cell(system: str, visualize: bool, clients: int, results: list[LoadResult]) -> Cell:
    answered = [result for result in results if len(result.latencies) > 1]
    quantiles = [statistics.quantiles(result.latencies, n=20, method="inclusive") for result in answered]
    return Cell(
        system=system,
        visualize=visualize,
        clients=clients,
        requests=sum(len(result.latencies) for result in results),
        requests_per_second=round(statistics.median(result.requests_per_second for result in results), 3),
        p50=round(statistics.median(cut[9] for cut in quantiles), 3) if quantiles else 0.0,
        p95=round(statistics.median(cut[18] for cut in quantiles), 3) if quantiles else 0.0,
        errors=sum(result.errors for result in results),
    )


def _print(cells: Sequence[Cell], peaks: dict[str, float]) -> None:
    print(HEADER)
    reference = {(c.visualize, c.clients): c.requests_per_second for c in cells if c.system == "reference"}
    for cell in cells:
        base = reference.get((cell.visualize, cell.clients), 0.0)
        ratio = f"{cell.requests_per_second / base:5.2f}x" if base else ""
        load = f"{'on' if cell.visualize else 'off':8} {cell.clients:7} {cell.system:10}"
        times = f"{cell.requests_per_second:7.2f} {cell.p50:7.2f} {cell.p95:7.2f} {cell.errors:6}"
        print(load, times, ratio)
    for name, peak in peaks.items():
        print(f"peak memory of {name}: {peak:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
