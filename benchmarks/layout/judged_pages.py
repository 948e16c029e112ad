"""This measures how right the layout analysis is on generated pages with known structure, and how long it takes.

    python -m benchmarks.layout.judged_pages

Cells of ruled and of aligned tables, reading order in one to three columns, paragraphs; and, where the evaluation data
is, the reading order of real documents. Pages are read with the default models. Milliseconds are processor time of the
analysis alone, the median over the pages. Figures go to benchmarks/results/judged_pages.json.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import cv2

from benchmarks.command import run_command
from benchmarks.machine import made_with
from models.document import Image, TextLine
from models.layout.analyse import analyse_layout
from tests.layout import scribe
from tests.layout.figures import judge
from tests.layout.pages import column_pages, table_pages
from tests.layout.reader import read_pages

RESULTS = Path(__file__).parents[1] / "results" / "judged_pages.json"


def main() -> int:
    """Measure, print, keep."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sets = {
        "ruled": table_pages(ruled=True, count=20),
        "aligned": table_pages(ruled=False, count=20),
        "columns": column_pages(per_kind=5),
    }
    report: dict[str, object] = {"made_with": made_with()}
    for name, pages in sets.items():
        read = read_pages([page.image for page in pages])
        figures = judge(pages, read)
        spent = milliseconds([page.image for page in pages], read)
        cells = f"cells {figures.cell_share:5.1f} % of {figures.cells[1]}, " if figures.cells[1] else ""
        right, of = figures.paragraphs
        order = f"order {figures.orders[0]}/{figures.orders[1]}, paragraphs {right}/{of}"
        print(f"{name:8} {cells}{order}, {spent:.0f} ms", flush=True)
        report[name] = {**asdict(figures), "milliseconds": round(spent, 1)}
    report["scribe"] = real_pages()
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


def real_pages() -> dict[str, object]:
    """Neighbouring lines in true order, by the analysis and as the detector reports them."""
    if not scribe.FOLDER.is_dir():
        print(f"No evaluation data at {scribe.FOLDER}: set PPOCR_EVALUATION_DATA.")
        return {}
    paths = sorted((scribe.FOLDER / "img").glob("*.png"))
    images = [cv2.imread(str(path)) for path in paths]
    rows: dict[str, object] = {}
    for path, image, lines in zip(paths, images, read_pages(images), strict=True):
        words = scribe.true_words(path.stem)
        ours, of = scribe.order_share(analyse_layout(image, lines), words)
        plain, _ = scribe.plain_share(lines, words)
        spent = milliseconds([image], [lines])
        print(f"{path.stem:12} order {100 * ours / of:5.1f} %  as detected {100 * plain / of:5.1f} %  {spent:.0f} ms")
        rows[path.stem] = {"ours": ours, "as_detected": plain, "of": of, "milliseconds": round(spent, 1)}
    return rows


def milliseconds(images: Sequence[Image], read: Sequence[Sequence[TextLine]]) -> float:
    """Median processor time of analysing a page."""
    spent = []
    for image, lines in zip(images, read, strict=True):
        begin = time.process_time()
        analyse_layout(image, lines)
        spent.append(1000 * (time.process_time() - begin))
    return statistics.median(spent)


if __name__ == "__main__":
    run_command(main)
