"""The evaluation sets: images and what is written on them. They are read where they lie and never copied.

The folder is ``data`` in the evaluation data (`tests/evaluation_data.py`).
"""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdfium2

from tests.evaluation_data import EVALUATION_DATA

DATA = EVALUATION_DATA / "data"
SAME_ROW = 10
"""Lines whose tops are nearer than this many pixels are read from left to right."""


@dataclass(frozen=True, slots=True)
class TruePage:
    """One image with its text.

    Attributes:
        image: the file.
        lines: its text, in reading order where ``measure`` is ``characters``.
    """

    image: Path
    lines: list[str]


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set of images and how it is measured: ``words`` or ``characters``."""

    name: str
    measure: str
    load: Callable[[], list[TruePage]]


def funsd() -> list[TruePage]:
    """Noisy scanned forms in English."""
    folder = DATA / "funsd" / "testing_data"
    pages = []
    for image in sorted((folder / "images").glob("*.png")):
        form = json.loads((folder / "annotations" / f"{image.stem}.json").read_text(encoding="utf-8"))["form"]
        pages.append(TruePage(image, [word["text"] for block in form for word in block["words"]]))
    return pages


def sroie() -> list[TruePage]:
    """Receipts in English: eight coordinates and the text, which may hold commas itself."""
    folder = DATA / "sroie"
    pages = []
    for image in sorted((folder / "img").glob("*.jpg")):
        path = folder / "box" / f"{image.stem}.csv"
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            rows = [",".join(row[8:]) for row in csv.reader(file, quoting=csv.QUOTE_NONE) if len(row) > 8]
        pages.append(TruePage(image, rows))
    return pages


def scribe() -> list[TruePage]:
    """Tables, columns, slides and poor scans in English, with hOCR corrected by hand."""
    folder = DATA / "scribe"
    return [
        TruePage(image, _hocr_words(folder / "ground_truth" / f"{image.stem}.truth.hocr"))
        for image in sorted((folder / "img").glob("*.png"))
    ]


def xfund_zh() -> list[TruePage]:
    """Forms in Chinese; the ground truth is put into reading order by the boxes."""
    folder = DATA / "xfund_zh" / "zh_train"
    rows = (row.split("\t", 1) for row in (folder / "train.json").read_text(encoding="utf-8").splitlines() if row)
    blocks = {name: json.loads(text) for name, text in rows}
    images = sorted((folder / "image").glob("*.jpg"))
    return [TruePage(image, _reading_order(blocks[image.name])) for image in images]


def docunet() -> list[TruePage]:
    """Photos of bent pages. The text is what a machine read on the flat scans, so it is itself not quite true."""
    folder = DATA / "docunet"
    read = json.loads((folder / "gt" / "tess_gt_dev.json").read_text(encoding="utf-8"))
    images = sorted((folder / "crop").glob("*.png"))
    return [TruePage(image, read[image.stem.partition("_")[0]].splitlines()) for image in images]


def turned() -> list[TruePage]:
    """One plain page, as it is and turned by quarters."""
    folder = DATA / "tesseract_test" / "testing"
    lines = (folder / "phototest.gold.txt").read_text(encoding="utf-8").splitlines()
    images = [folder / "phototest.tif", *sorted(folder.glob("phototest-rotated-*.png"))]
    return [TruePage(image, lines) for image in images]


def pdf() -> list[TruePage]:
    """PDF files with a text layer, which is taken for the truth; a scan without one is left out."""
    found = []
    for path in sorted((DATA / "turboocr_fixtures" / "pdf").glob("*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            lines = [line for page in document for line in page.get_textpage().get_text_bounded().splitlines()]
        if any(lines):
            found.append(TruePage(path, lines))
    return found


SETS = (
    EvaluationSet("funsd", "words", funsd),
    EvaluationSet("sroie", "words", sroie),
    EvaluationSet("scribe", "words", scribe),
    EvaluationSet("xfund_zh", "characters", xfund_zh),
)

FURTHER_SETS = (
    EvaluationSet("docunet", "words", docunet),
    EvaluationSet("turned", "words", turned),
    EvaluationSet("pdf", "words", pdf),
)
"""Sets for single questions: unwarping, orientation, and the scale at which PDFs are read."""


def _hocr_words(path: Path) -> list[str]:
    tree = ET.parse(path)
    found = (element for element in tree.iter() if element.get("class") == "ocrx_word")
    return ["".join(element.itertext()) for element in found]


def _reading_order(blocks: list[dict]) -> list[str]:
    """Top to bottom, then neighbours on one row from left to right: the order that a reader of boxes answers in."""
    lines = sorted((block["points"][0][1], block["points"][0][0], block["transcription"]) for block in blocks)
    for end in range(1, len(lines)):
        for k in range(end, 0, -1):
            (y0, x0, _), (y1, x1, _) = lines[k - 1], lines[k]
            if abs(y1 - y0) >= SAME_ROW or x1 >= x0:
                break
            lines[k - 1], lines[k] = lines[k], lines[k - 1]
    return [text for _, _, text in lines]
