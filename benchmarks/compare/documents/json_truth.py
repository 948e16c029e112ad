"""Truth as JSON: the pages with their lines, words and tables.

    {"pages": [{"width": 800, "height": 1000, "order": true, "text": "...",
                "lines": [{"text": "...", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}], "words": [...],
                "tables": ["<table>...</table>"]}]}

``width``, ``height`` and one of ``text`` and ``lines`` must be there. Without ``order`` the text is in no reading
order.
"""

import json
from pathlib import Path
from typing import Any

from benchmarks.compare.model import Polygon, Truth, TruthLine, TruthPage, TruthWord


def read(path: Path, _: tuple[int, int]) -> Truth:
    """What the file says.

    Raises:
        KeyError, TypeError, ValueError: it is not in this form.
    """
    return Truth(tuple(_page(page) for page in json.loads(path.read_text(encoding="utf-8"))["pages"]))


def write(truth: Truth, path: Path) -> None:
    """Keep the truth of a document in a file."""
    path.write_text(json.dumps({"pages": [_plain(page) for page in truth.pages]}, ensure_ascii=False), encoding="utf-8")


def _page(page: dict[str, Any]) -> TruthPage:
    lines = tuple(TruthLine(line["text"], _polygon(line.get("polygon"))) for line in page.get("lines", ()))
    words = tuple(TruthWord(word["text"], _polygon(word.get("polygon"))) for word in page.get("words", ()))
    text = page["text"] if "text" in page or not lines else "\n".join(line.text for line in lines)
    if not isinstance(text, str):
        raise TypeError("text must be text")
    order, tables = bool(page.get("order", False)), tuple(map(str, page.get("tables", ())))
    return TruthPage(int(page["width"]), int(page["height"]), text, lines, words, tables, order)


def _polygon(given: list[list[float]] | None) -> Polygon | None:
    return None if given is None else tuple((float(x), float(y)) for x, y in given)


def _plain(page: TruthPage) -> dict[str, Any]:
    return {
        "width": page.width,
        "height": page.height,
        "order": page.order,
        "text": page.text,
        "lines": [{"text": line.text, "polygon": line.polygon} for line in page.lines],
        "words": [{"text": word.text, "polygon": word.polygon} for word in page.words],
        "tables": list(page.tables),
    }
