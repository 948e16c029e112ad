"""XFUND, forms in seven languages, as it is published: `zh.train.json` and images. PaddleOCR's form of it is read too.

Xu et al., "XFUND: A Benchmark Dataset for Multilingual Visually Rich Form Understanding" (2022). PaddleOCR's file is
`train.json` with a row for each image: its name, a tab, its blocks. The blocks are put into reading order by their
places.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.compare.documents.base import IMAGES, Found, WrongDocuments, files, page_size
from benchmarks.compare.model import Truth, TruthLine, TruthPage
from benchmarks.compare.polygons import box, corners

SAME_ROW = 10
"""Lines whose tops are nearer than this many pixels are read from left to right."""
Blocks = dict[str, list[TruthLine]]


def find(root: Path, _: Mapping[str, Any]) -> Iterator[Found]:
    """Forms with their lines."""
    blocks: Blocks = {}
    for path in files(root, frozenset({".json"})):
        blocks |= _blocks(path)
    for image in files(root, IMAGES):
        if image.name in blocks:
            lines = reading_order(blocks[image.name])
            text = "\n".join(line.text for line in lines)
            yield Found(image, Truth((TruthPage(*page_size(image), text, tuple(lines), order=True),)))


def reading_order(lines: list[TruthLine]) -> list[TruthLine]:
    """Top to bottom, then neighbours on one row from left to right."""
    placed = [(line.polygon[0][1], line.polygon[0][0], line) for line in lines if line.polygon]
    placed.sort(key=lambda line: (line[0], line[1], line[2].text))
    for end in range(1, len(placed)):
        for k in range(end, 0, -1):
            (y0, x0, _), (y1, x1, _) = placed[k - 1], placed[k]
            if abs(y1 - y0) >= SAME_ROW or x1 >= x0:
                break
            placed[k - 1], placed[k] = placed[k], placed[k - 1]
    return [line for _, _, line in placed]


def _blocks(path: Path) -> Blocks:
    text = path.read_text(encoding="utf-8")
    try:
        if "\t[" in text[:500]:
            rows = (row.split("\t", 1) for row in text.splitlines() if row)
            return {name: list(map(_row_line, json.loads(blocks))) for name, blocks in rows}
        documents = json.loads(text)["documents"]
        return {entry["img"]["fname"]: list(map(_line, entry["document"])) for entry in documents}
    except (ValueError, KeyError, TypeError) as error:
        raise WrongDocuments(f"documents: {path} is no truth of XFUND ({type(error).__name__}).") from error


def _row_line(block: dict[str, Any]) -> TruthLine:
    return TruthLine(block["transcription"], corners([float(side) for point in block["points"] for side in point]))


def _line(block: dict[str, Any]) -> TruthLine:
    return TruthLine(block["text"], box(*map(float, block["box"])))
