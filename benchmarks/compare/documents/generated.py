"""Generated pages. They are written into the folder that ``path`` names, once, and read from there."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.compare.documents import json_truth
from benchmarks.compare.documents.base import Found, WrongDocuments, number, page_size
from benchmarks.compare.generator.pages import KINDS, generate

KEYS = frozenset({"seed", "count", "kinds"})
MADE = "generated.json"
"""Says from which seed the pages of a folder were made."""
VERSION = 1
"""Goes up with every change of the generator that changes pages."""


def find(root: Path, source: Mapping[str, Any]) -> Iterator[Found]:
    """``count`` pages (default 3) of each of ``kinds`` (default: all) from ``seed`` (default 1)."""
    kinds = source.get("kinds", list(KINDS))
    if not isinstance(kinds, list) or not kinds or set(map(str, kinds)) - set(KINDS):
        raise WrongDocuments(f"documents: kinds must be a list of some of {', '.join(KINDS)}, not {kinds!r}.")
    wanted = {
        "version": VERSION,
        "seed": number(source, "seed", 1),
        "count": number(source, "count", 3),
        "kinds": kinds,
    }
    if not _is_there(root, wanted):
        _write(root, wanted)
    for path in sorted(root.glob("*.png")):
        truth = json_truth.read(path.with_suffix(".json"), page_size(path))
        yield Found(path, truth, category=path.stem.rpartition("-")[0])


def _is_there(root: Path, wanted: dict[str, object]) -> bool:
    if not root.exists() or not any(root.iterdir()):
        return False
    made = root / MADE
    if made.is_file() and json.loads(made.read_text(encoding="utf-8")) == wanted:
        return True
    raise WrongDocuments(f"documents: {root} holds something else than these generated pages. Name an empty folder.")


def _write(root: Path, wanted: dict[str, Any]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for page in generate(wanted["seed"], wanted["count"], wanted["kinds"]):
        (root / f"{page.name}.png").write_bytes(page.content)
        json_truth.write(page.truth, root / f"{page.name}.json")
    # Last, so that a folder that was left half written is not taken for a whole one.
    (root / MADE).write_text(json.dumps(wanted), encoding="utf-8")
