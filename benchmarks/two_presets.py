"""Two presets in one server: what it costs that they share the machine.

    python -m benchmarks.two_presets [--pairs best,tiny paddlex,best] [--clients 4] [--rounds 3] [--out FILE]

Half A of the settings study (`benchmarks/presets.py`) is read three times in a round: all pages with each preset on a
server that opens only this one, and on a server that opens both, every other page with each. Exit status 1: this takes
more than 1.15 times half the sum of the two times alone. Memory is the highest of the server's whole process tree.
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.ground_truth import DATA, SETS
from benchmarks.load import closed_load
from benchmarks.machine import made_with
from benchmarks.peers import Document, Peer, Request, our_server
from benchmarks.presets import asking
from benchmarks.process_tree import PeakMemory

RESULTS = Path(__file__).parent / "results" / "two_presets.json"
MOST = 1.15
OPENED_BY_REQUESTS = ("models.presets=first_use",)
"""A server opens the presets that it is asked for, and no others."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What two presets took alone and together: seconds, medians over the rounds, and MiB.

    Attributes:
        alone: of all pages, by preset.
        together: of all pages, every other one with each preset.
        ratio: ``together`` to half the sum of ``alone``.
        mebibytes_alone, mebibytes_together: the most that a server took.
    """

    presets: tuple[str, str]
    pages: int
    alone: tuple[float, float]
    together: float
    ratio: float
    mebibytes_alone: tuple[float, float]
    mebibytes_together: float


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", nargs="+", default=["best,tiny", "paddlex,best"], metavar="NAME,NAME")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    if not DATA.is_dir():
        raise NotMeasured(f"No evaluation data at {DATA}: set PPOCR_EVALUATION_DATA.")
    documents = [
        Document(f"{own.name} {page.image.name}", page.image.read_bytes()) for own in SETS for page in own.load()[::2]
    ]
    rows = []
    for pair in given.pairs:
        first, second = pair.split(",")
        rows.append(measure((first, second), documents, given.clients, given.rounds))
        print(json.dumps(asdict(rows[-1])), flush=True)
    report = {"made_with": made_with(), "clients": given.clients, "rows": [asdict(row) for row in rows]}
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(any(row.ratio > MOST for row in rows))


def measure(pair: tuple[str, str], documents: Sequence[Document], clients: int, rounds: int) -> Shared:
    """One pair, on three servers that stay up; each reads all pages once before."""
    plans = [(pair[0],), (pair[1],), pair]
    seconds: list[list[float]] = [[], [], []]
    peaks = [0.0, 0.0, 0.0]
    with ExitStack() as stack:
        servers = [stack.enter_context(our_server("ours", None, OPENED_BY_REQUESTS)) for _ in plans]
        for number in range(rounds + 1):
            for place, (plan, server) in enumerate(zip(plans, servers, strict=True)):
                with PeakMemory(server.pid) as memory:
                    taken = run(server, plan, documents, clients)
                peaks[place] = max(peaks[place], memory.peak_mebibytes)
                if number:
                    seconds[place].append(taken)
    first, second, both = (round(statistics.median(taken), 2) for taken in seconds)
    ratio = round(2 * both / (first + second), 3)
    alone, together = (round(peaks[0], 1), round(peaks[1], 1)), round(peaks[2], 1)
    return Shared(pair, len(documents), (first, second), both, ratio, alone, together)


def run(server: Peer, presets: Sequence[str], documents: Sequence[Document], clients: int) -> float:
    """Seconds from the first request to the last answer."""
    result = closed_load(server, requests(presets, documents), clients)
    if result.errors:
        raise NotMeasured(f"{result.errors} of {len(documents)} documents were not answered.")
    return result.seconds


def requests(presets: Sequence[str], documents: Sequence[Document]) -> list[Request]:
    """Each document once, the presets in turn."""
    return [asking({"preset": presets[number % len(presets)]})(document) for number, document in enumerate(documents)]


if __name__ == "__main__":
    run_command(main)
