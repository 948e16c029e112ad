"""The results file: one entry a scenario, each with how, when and with which commit it was made.

Scenarios can be run one at a time and on different days; a new run of one replaces its entry and leaves the others.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.documents import QUICK
from benchmarks.figures import Row
from benchmarks.machine import made_with

FOLDER = Path(__file__).parent / "results"
NAME = "quick" if QUICK else "bench"
RESULTS = FOLDER / f"{NAME}.json"


@dataclass(slots=True)
class Slice:
    """The results of one scenario.

    Attributes:
        pages: names of the pages, by set.
        rows: the table's lines.
        facts: single figures by name, with their bars where there is one, and series for the plot.
    """

    pages: dict[str, list[str]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def kept(name: str) -> Iterator[Slice]:
    """Fill in a slice in the block; it is written when the block ends well."""
    begin, made = Slice(), made_with()
    started = time.perf_counter()
    yield begin
    entry = {"made_with": made, "seconds": round(time.perf_counter() - started, 1), **asdict(begin)}
    slices = read()
    slices[name] = entry
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps({"slices": slices}, indent=1, ensure_ascii=False)
    temporary = RESULTS.with_suffix(".part")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(RESULTS)


def read() -> dict[str, dict[str, Any]]:
    """All entries by scenario; empty before the first run."""
    if not RESULTS.exists():
        return {}
    slices: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))["slices"]
    return slices
