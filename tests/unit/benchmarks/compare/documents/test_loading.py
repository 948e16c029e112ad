"""What a plan says of documents."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.compare.documents import load
from benchmarks.compare.documents.base import WrongDocuments, page_image, page_size
from benchmarks.compare.generator.pages import KINDS
from tests.evaluation_data import EVALUATION_DATA
from tests.golden.pdf_writer import PdfPage, text, write_pdf

DATA = EVALUATION_DATA / "data"


def _picture(path: Path, width: int = 40, height: int = 30) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), "white").save(path)


def test_documents_are_images_and_pdf_files_with_their_sums(tmp_path: Path) -> None:
    _picture(tmp_path / "pages" / "b.png")
    (tmp_path / "pages" / "a.pdf").write_bytes(write_pdf([PdfPage(text(60, 700, 12, "one")), PdfPage("")]))
    (tmp_path / "pages" / "notes.md").write_text("no document")
    pdf, image = load({"format": "folder", "path": str(tmp_path / "pages"), "category": "mail"})
    assert (pdf.id, pdf.kind, pdf.pages, pdf.category, pdf.truth) == ("mail/a.pdf", "pdf", 2, "mail", None)
    assert (image.id, image.kind, image.pages) == ("mail/b.png", "image", 1)
    assert image.sha256 == hashlib.sha256(image.path.read_bytes()).hexdigest()


def test_the_limit_takes_the_first_ones_and_the_category_is_the_folder(tmp_path: Path) -> None:
    for name in "cab":
        _picture(tmp_path / "bills" / f"{name}.png")
    found = load({"format": "folder", "path": str(tmp_path / "bills"), "limit": 2, "publish": False})
    assert [document.id for document in found] == ["bills/a.png", "bills/b.png"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"format": "tiff"}, "format must be one of folder"),
        ({}, "format must be one of"),
        ({"format": "folder"}, "path must name a folder"),
        ({"format": "folder", "path": "{}/absent"}, "there is no folder"),
        ({"format": "folder", "path": "{}", "limit": 0}, "limit must be a whole number"),
        ({"format": "folder", "path": "{}", "limit": True}, "limit must be a whole number"),
        ({"format": "folder", "path": "{}", "publish": "no"}, "publish must be true or false"),
        ({"format": "folder", "path": "{}", "category": 3}, "category must be text"),
        ({"format": "folder", "path": "{}", "seed": 3}, "the format folder has no key 'seed'"),
        ({"format": "folder", "path": "{}", "truth": "{}/absent"}, "truth must name a folder"),
        ({"format": "folder", "path": "{}"}, "there is no document of the format folder"),
        ({"format": "generated", "path": "{}/new", "kinds": ["moon"]}, "kinds must be a list"),
        ({"format": "generated", "path": "{}/new", "count": 0}, "count must be a whole number"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(tmp_path: Path, source: dict, said: str) -> None:
    filled = {key: value.format(tmp_path) if isinstance(value, str) else value for key, value in source.items()}
    with pytest.raises(WrongDocuments, match=said):
        load(filled)


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises((WrongDocuments, OSError), match=r"broken\.png"):
        load({"format": "folder", "path": str(tmp_path)})
    (tmp_path / "broken.png").unlink()
    (tmp_path / "broken.pdf").write_bytes(b"no document")
    with pytest.raises(WrongDocuments, match=r"broken\.pdf cannot be opened"):
        load({"format": "folder", "path": str(tmp_path)})


def test_the_size_is_that_of_the_page_as_it_is_seen(tmp_path: Path) -> None:
    turned = Image.new("RGB", (40, 30), "white")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "a.jpg", exif=exif)
    assert page_size(tmp_path / "a.jpg") == (30, 40)
    assert page_image(tmp_path / "a.jpg", 1, 20).size == (15, 20)


def test_a_page_of_a_pdf_file_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(write_pdf([PdfPage(""), PdfPage(text(60, 700, 40, "HELLO"))]))
    blank, written = (np.asarray(page_image(tmp_path / "a.pdf", page, 400)) for page in (1, 2))
    assert max(written.shape) == 400
    assert (blank.min(), written.min() < 100) == (255, True)


def test_generated_pages_are_written_once_and_read_again(tmp_path: Path) -> None:
    source = {"format": "generated", "path": str(tmp_path / "new"), "count": 1, "kinds": ["print", "cjk"], "seed": 2}
    first = load(source)
    assert [document.category for document in first] == ["cjk", "print"]
    assert [document.id for document in first] == ["cjk/cjk-000.png", "print/print-000.png"]
    assert all(document.truth and document.truth.pages[0].words for document in first)
    (tmp_path / "new" / "cjk-000.png").touch()
    assert load(source) == first
    with pytest.raises(WrongDocuments, match="something else than these generated pages"):
        load(source | {"seed": 3})
    assert len(KINDS) == 9


@pytest.mark.evaluation_data("data/funsd", "data/sroie", "data/xfund_zh")
@pytest.mark.parametrize(
    ("name", "path", "count"), [("funsd", "funsd/testing_data", 25), ("sroie", "sroie", 30), ("xfund", "xfund_zh", 17)]
)
def test_published_sets_are_read_as_they_are(name: str, path: str, count: int) -> None:
    found = load({"format": name, "path": str(DATA / path)})
    assert len(found) == count
    assert all(document.truth and len(document.truth.pages[0].text) > 50 for document in found)
    placed = (word for document in found for page in document.truth.pages for word in (*page.words, *page.lines))
    assert all(word.polygon and len(word.polygon) == 4 for word in placed)
