"""What a person takes away: the text, and the whole document in each format, opened with readers that are not ours."""

import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import openpyxl
import pikepdf
import pptx
import pypdf
import pytest
from playwright.sync_api import expect

from server.contracts.jobs.formats import EXTENSIONS
from tests.page.shell import documents
from tests.page.shell.tab import Tab, opened


@pytest.fixture(scope="module")
def finished(chromium, server, scan):
    """A tab with a PDF of twelve pages that was read."""
    with opened(chromium, server.url, permissions=["clipboard-read", "clipboard-write"]) as tab:
        tab.open()
        tab.choose(scan)
        tab.wait_for("scan.pdf", "done")
        yield tab
        tab.check()


def download(tab: Tab, name: str, folder: Path) -> Path:
    tab.page.get_by_role("button", name="Download").click()
    with tab.page.expect_download() as expected:
        tab.page.locator(f'.menu-item[data-format="{name}"]').click()
    file = folder / expected.value.suggested_filename
    expected.value.save_as(file)
    return file


def of_json(file: Path) -> str:
    pages = json.loads(file.read_text())["ocrResults"]
    assert len(pages) == 12
    assert all(set(page) == {"prunedResult", "layout", "markdown", "text"} for page in pages), "without the pictures"
    return " ".join(text for page in pages for text in page["prunedResult"]["rec_texts"])


def of_pdf(file: Path) -> str:
    pages = pypdf.PdfReader(file).pages
    assert len(pages) == 12
    return " ".join(page.extract_text() for page in pages)


def of_word(file: Path) -> str:
    document = docx.Document(str(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def of_excel(file: Path) -> str:
    sheets = openpyxl.load_workbook(file).worksheets
    return " ".join(
        str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row if value
    )


def of_slides(file: Path) -> str:
    slides = pptx.Presentation(str(file)).slides
    assert len(slides) == 12
    return " ".join(shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)


def of_xml(file: Path) -> str:
    words = ET.parse(file).getroot().iter()
    return " ".join(part for word in words for part in (word.text or "", word.get("CONTENT", "")) if part.strip())


READERS = {
    "text": Path.read_text, "markdown": Path.read_text, "json": of_json, "pdf": of_pdf, "docx": of_word,
    "xlsx": of_excel, "pptx": of_slides, "hocr": of_xml, "alto": of_xml,
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_each_format_holds_the_text_of_all_pages(finished, tmp_path, name):
    file = download(finished, name, tmp_path)
    assert file.stem == "scan"
    text = " ".join(READERS[name](file).split())
    for number in (1, 12):
        assert documents.title(number) in text
    assert "Chronometer" in text


def test_there_is_every_format(finished):
    shown = finished.page.locator(".menu-item").evaluate_all("(all) => all.map((each) => each.dataset.format)")
    assert sorted(shown) == sorted(READERS)
    assert len(shown) == len(EXTENSIONS)


def test_the_text_goes_to_the_clipboard(finished):
    finished.page.get_by_role("button", name="Copy text").click()
    expect(finished.page.locator("#page-notice")).to_have_text("Copied.")
    text = finished.page.evaluate("navigator.clipboard.readText()")
    assert text.index(documents.title(1)) < text.index(documents.title(2)) < text.index(documents.title(12))
    assert "Item\tQuantity\tWeight\tPrice" in text


def test_a_file_that_cannot_be_made_says_why(chromium, server, tmp_path):
    """The server keeps no password, so it cannot open the document again for a PDF."""
    file = tmp_path / "locked.pdf"
    with pikepdf.open(io.BytesIO(documents.scan(1))) as document:
        document.save(file, encryption=pikepdf.Encryption(owner="open sesame", user="open sesame"))
    with opened(chromium, server.url) as tab:
        tab.open()
        tab.show_settings()
        tab.page.locator('[data-parameter="password"]').fill("open sesame")
        tab.choose(file)
        tab.wait_for("locked.pdf", "done")
        tab.page.get_by_role("button", name="Download").click()
        tab.page.locator('.menu-item[data-format="pdf"]').click()
        expect(tab.page.locator("#page-notice")).to_contain_text("cannot be made of this document")
        expect(tab.page.locator("#page-notice")).to_contain_text("password")
        tab.check("status of 409")
