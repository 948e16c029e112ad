"""Truth as plain text in UTF-8: the lines of the page in reading order, and a form feed between pages."""

from pathlib import Path

from benchmarks.compare.model import Truth, TruthLine, TruthPage


def read(path: Path, size: tuple[int, int]) -> Truth:
    """The text of each page; nothing is known of places."""
    pages = path.read_text(encoding="utf-8-sig").removesuffix("\f").split("\f")
    return Truth(tuple(_page(text, size) for text in pages))


def _page(text: str, size: tuple[int, int]) -> TruthPage:
    lines = [line for line in text.splitlines() if line.strip()]
    return TruthPage(*size, "\n".join(lines), tuple(TruthLine(line) for line in lines), order=True)
