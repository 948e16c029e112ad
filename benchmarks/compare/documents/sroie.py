"""SROIE as it is published: `img/NAME.jpg` and `box/NAME.csv` (or `.txt`), lines of receipts with four corners.

Huang et al., "ICDAR2019 Competition on Scanned Receipt OCR and Information Extraction" (2019). A row is
x1,y1,...,x4,y4,text, and the text may hold commas itself. The rows stand in no reading order.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.compare.documents.base import Found, files, page_size
from benchmarks.compare.model import Truth, TruthLine, TruthPage
from benchmarks.compare.polygons import corners

NUMBERS = 8


def find(root: Path, _: Mapping[str, Any]) -> Iterator[Found]:
    """Receipts with their lines."""
    for image in files(root, frozenset({".jpg"})):
        boxes = (image.parent.parent / "box" / f"{image.stem}{ending}" for ending in (".csv", ".txt"))
        path = next((path for path in boxes if path.is_file()), None)
        if path is not None:
            yield Found(image, Truth((page_of_rows(path, page_size(image)),)))


def page_of_rows(path: Path, size: tuple[int, int]) -> TruthPage:
    """The lines of a file with a row for each: four corners, then the text."""
    rows = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    parts = (row.split(",", NUMBERS) for row in rows)
    lines = [
        TruthLine(text, corners([float(number) for number in numbers]))
        for *numbers, text in parts
        if len(numbers) == NUMBERS and text.strip()
    ]
    return TruthPage(*size, "\n".join(line.text for line in lines), tuple(lines))
