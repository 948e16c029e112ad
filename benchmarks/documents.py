"""The benchmarks read these: the 20 named images, PDFs and small pages that are made here, and unreadable files.

The 20 images are ``turboocr_fixtures`` of the external evaluation data; where that is absent the golden pages of
`tests/golden` stand in.
"""

import os
import random
from collections.abc import Sequence
from io import BytesIO

import cv2
import numpy as np
import pypdfium2

from benchmarks.ground_truth import DATA
from benchmarks.peers import Document
from tests.golden import words
from tests.golden.pdf_writer import PdfPage, text, write_pdf
from tests.reference.serving import REPOSITORY

QUICK = bool(os.environ.get("QUICK"))
LONG_PAGE = "mixed_fonts"
"""A third of all lines are on this page, so everything is measured with and without it."""
QUICK_PAGES = ("receipt", "street_sign", "02_road_sign", "business_letter", "dense_text", "01_restaurant_menu")
SMALL = "01_restaurant_menu"
LARGE = ("08_document_scan", "10_newspaper", "business_letter", "form_fields", "table")
RECEIPT = "receipt"
LINES_A_PAGE, LINE_POINTS, TOP_POINTS = 34, 22, 790
SHADES = (60, 255)
SCAN_SCALE = 2
"""Pixels a point: 144 dpi."""
VOCABULARY = " ".join((*words.LETTER, *words.SMALL, *words.REPORT)).split()


def images() -> list[Document]:
    """The 20 images by name, or what stands in for them; fewer in quick mode."""
    paths = sorted((DATA / "turboocr_fixtures").glob("*g/*.*"))
    if not paths:
        print(f"No evaluation data at {DATA}: the golden pages stand in.")
        golden = REPOSITORY / "tests" / "golden" / "pages"
        paths = [path for path in sorted(golden.iterdir()) if path.suffix in (".png", ".jpg")]
        return [Document.of(path) for path in (paths[::4] if QUICK else paths)]
    return [Document.of(path) for path in paths if not QUICK or path.stem in QUICK_PAGES]


def without_long_page(documents: Sequence[Document]) -> list[Document]:
    """All but the page that dominates."""
    return [document for document in documents if not document.name.startswith(LONG_PAGE)]


def named(documents: Sequence[Document], *stems: str) -> list[Document]:
    """The documents with these names without extension; the first ones where none has them (stand-ins)."""
    return [document for document in documents if document.name.rsplit(".", 1)[0] in stems] or [*documents[:1]]


def pdf(pages: int) -> Document:
    """Full pages of vector text, no two alike."""
    return Document(f"{pages} pages.pdf", write_pdf([_pdf_page(number, pages) for number in range(pages)]), pages)


def scan(pages: int) -> Document:
    """Like `pdf`, but each page is a photo: there is no text to take, only to read."""
    with pypdfium2.PdfDocument(pdf(pages).content) as document:
        pictures = [page.render(scale=SCAN_SCALE).to_pil() for page in document]
    file = BytesIO()
    pictures[0].save(file, "PDF", save_all=True, append_images=pictures[1:], resolution=72 * SCAN_SCALE)
    return Document(f"{pages} scanned pages.pdf", file.getvalue(), pages)


def small_pages(count: int, seed: int) -> list[Document]:
    """Drawn pages of many sizes with a few lines each; no two alike."""
    dice = random.Random(seed)
    return [Document(f"small {number}", _drawn_page(dice)) for number in range(count)]


def unreadable(number: int) -> Document:
    """A file that must be refused: damaged, empty of sense, or not a document."""
    kinds = (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, b"%PDF-1.7\n" + b"\x00" * 200, b"no document at all" * 10)
    return Document(f"unreadable {number}", kinds[number % len(kinds)], pages=0)


def _pdf_page(number: int, pages: int) -> PdfPage:
    dice = random.Random(number)
    content = text(60, TOP_POINTS + 20, 14, f"Page {number + 1} of {pages}", "F2")
    for line in range(LINES_A_PAGE):
        sentence = " ".join(dice.choices(VOCABULARY, k=dice.randint(3, 9)))
        content += text(60, TOP_POINTS - LINE_POINTS * line, 11, sentence)
    return PdfPage(content)


def _drawn_page(dice: random.Random) -> bytes:
    height, width = dice.randrange(120, 700, 20), dice.randrange(240, 900, 20)
    page = np.full((height, width, 3), SHADES[1], np.uint8)
    for baseline in range(45, height - 10, dice.choice((45, 60, 90))):
        sentence = " ".join(dice.choices(VOCABULARY, k=dice.randint(1, 5)))
        scale = dice.uniform(0.5, 1.0)
        colour = (dice.randrange(SHADES[0]),) * 3
        cv2.putText(page, sentence, (15, baseline), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 2, cv2.LINE_AA)
    written, data = cv2.imencode(".png", page)
    assert written
    return data.tobytes()
