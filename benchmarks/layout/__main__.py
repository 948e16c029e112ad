"""This measures how much of the structure of generated documents is found: the truth about them is exact.

    python -m benchmarks.layout                                geometry alone, every document; a minute or two
    python -m benchmarks.layout --systems pymupdf4llm          other systems: see benchmarks.layout.systems
    python -m benchmarks.layout --every 4 --kinds paper book   fewer documents
    python -m benchmarks.layout --keep FOLDER                  also write what was read, for people to look at

Figures go to benchmarks/results/layout.json, the table to layout.md beside it. A run replaces the figures of its
systems, and those of the other systems stay. With --kinds nothing is kept. Exit status 1: a bar is missed.
"""

import argparse
import json
import time
from pathlib import Path

from benchmarks.command import NotMeasured, run_command
from benchmarks.layout.catalogue import documents
from benchmarks.layout.report import missed, write_table
from benchmarks.layout.score import Score, score, shares, summed
from benchmarks.layout.systems import SYSTEMS, started
from benchmarks.machine import made_with

RESULTS = Path(__file__).parents[1] / "results" / "layout.json"


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=["geometry"], metavar="NAME")
    parser.add_argument("--kinds", nargs="+", default=[])
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth document of a kind")
    parser.add_argument("--keep", type=Path, help="a folder for the Markdown")
    given = parser.parse_args()
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    short = []
    for name in given.systems:
        try:
            figures = measure(name, given)
        except NotMeasured as reason:
            print(f"{name}: not measured: {reason}")
            continue
        kept[name] = {"made_with": made_with(), "every": given.every, "kinds": figures}
        short += missed(figures["all"]) if name == "geometry" else []
    if not given.kinds:
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        write_table(kept, RESULTS.with_suffix(".md"))
    for line in short:
        print(line)
    return int(bool(short))


def measure(name: str, given: argparse.Namespace) -> dict[str, dict[str, float | None]]:
    """The figures of a system by kind of document, and of all of them."""
    by_kind: dict[str, list[Score]] = {}
    begin = time.perf_counter()
    with started(name) as read:
        for document in documents(given.every, given.kinds):
            markdown = read(document)
            found = score(document, markdown, SYSTEMS[name].tolerance)
            by_kind.setdefault(document.kind, []).append(found)
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                (given.keep / f"{document.name.replace(' ', '_')}.md").write_text(markdown, encoding="utf-8")
                print(f"{document.name:28}", shares(found), flush=True)
    figures = {kind: shares(summed(scores)) for kind, scores in by_kind.items()}
    figures["all"] = shares(summed([each for scores in by_kind.values() for each in scores]))
    print(f"{name}, {time.perf_counter() - begin:.0f} s")
    for kind, row in figures.items():
        print(f"  {kind:20}", {figure: value for figure, value in row.items() if value is not None}, flush=True)
    return figures


if __name__ == "__main__":
    run_command(main)
