"""The table of the settings study, and who is on the frontier of F1 and seconds."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Kept = Mapping[str, Mapping[str, Any]]

TITLES = {
    "settings": "Settings, on half A",
    "peers": "Presets and other systems",
    "switches": "What a request can turn on, and the scale of PDFs",
}
PLOTTED = {"settings": "A", "peers": "AB"}
"""The parts with four sets, and the pages of them that are drawn."""


def frontier(rows: Sequence[Row]) -> list[Row]:
    """Return those that nobody beats in both F1 and seconds, the fastest first."""
    best: list[Row] = []
    for row in sorted(rows, key=lambda row: (row["seconds"], -row["f1"])):
        if not best or row["f1"] > best[-1]["f1"]:
            best.append(row)
    return best


def table(kept: Kept) -> str:
    """Return Markdown: a table for each part. F1 is in percent; the second F1 splits words at punctuation."""
    texts = ["# The settings study", ""]
    for part in (part for part in TITLES if part in kept):
        made = kept[part]["made_with"]
        facts = (
            f"`{made['command']}`, {made['date'][:10]}, {made['commit']}, {made['processor']}, {made['cores']} cores"
        )
        texts += [f"## {TITLES[part]}", "", facts, "", *_table(part, kept[part]["rows"]), ""]
    return "\n".join(texts)


def _table(part: str, rows: Sequence[Row]) -> list[str]:
    halves = ("A", "B", "AB") if part == "peers" else (PLOTTED.get(part, "AB"),)
    names = list(dict.fromkeys(row["set"] for row in rows))
    head = ["system", "pages", *names, "split at punctuation", "seconds"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    by_place = {(row["system"], row["half"], row["set"]): row for row in rows}
    for half in halves:
        for system in dict.fromkeys(row["system"] for row in rows):
            mean = by_place.get((system, half, "mean"))
            if mean is None:
                continue
            own = [by_place.get((system, half, name)) for name in names]
            scores = [f"{row['f1']:.2f}" if row else "" for row in own]
            cells = [system, f"{mean['pages']} ({half})", *scores, f"{mean['parts_f1']:.2f}", f"{mean['seconds']:.1f}"]
            lines.append(f"| {' | '.join(cells)} |")
    return lines
