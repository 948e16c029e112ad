"""The table of the benchmark, and the bars that this project's reader must reach."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Figures = Mapping[str, float | None]

BARS: dict[str, float] = {
    "sentences": 95.0,
    "heads": 95.0,
    "order": 98.0,
    "teds ruled": 0.90,
    "teds half-ruled": 0.80,
    "teds borderless": 0.80,
}
"""Percent of what is to be found, and the mean TEDS."""
_COLUMNS = {
    "sentences": "sentences whole",
    "heads": "running heads absent",
    "order": "pairs in order",
    "headings": "headings with level",
    "teds ruled": "TEDS ruled",
    "teds half-ruled": "half-ruled",
    "teds borderless": "borderless",
    "relations ruled": "cell relations ruled",
    "relations half-ruled": "half-ruled",
    "relations borderless": "borderless",
}


def missed(figures: Figures) -> list[str]:
    """A line for each bar that is not reached."""
    pairs = ((name, figures.get(name), bar) for name, bar in BARS.items())
    return [f"missed: {name} {value}, the bar is {bar}" for name, value, bar in pairs if value is None or value < bar]


def write_table(kept: Mapping[str, Any], path: Path) -> None:
    """Write the table: each system over all documents, then the kinds of each."""
    lines = [
        "# Structure of generated documents",
        "",
        "Made by `python -m benchmarks.layout`. Percent; TEDS and relations of cells from 0 to 1. With `every 4`,",
        "only every fourth document of each kind is read.",
        "",
    ]
    lines += _table([(_named(name, entry), entry["kinds"]["all"]) for name, entry in kept.items()])
    for name, entry in kept.items():
        lines += ["", f"## {_named(name, entry)}", ""]
        lines += _table([(kind, row) for kind, row in entry["kinds"].items() if kind != "all"])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _named(name: str, entry: Mapping[str, Any]) -> str:
    return name if entry["every"] == 1 else f"{name} (every {entry['every']})"


def _table(rows: list[tuple[str, Figures]]) -> list[str]:
    head = ["", *_COLUMNS.values()]
    body = [[name, *("" if row.get(column) is None else str(row[column]) for column in _COLUMNS)] for name, row in rows]
    return [f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *body]]
