"""Every format: its names, that hostile text does no harm in it, and that a reader which is not ours opens it."""

import asyncio
import io
import shutil
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from lxml import etree

from models.layout.document import Cell, Table
from server.config.settings import OfficeSettings
from server.contracts.file_task.request import FORMATS
from server.decode.office.converter import OfficeConverter
from server.export.files.result_file import RESULT_FORMATS, ResultFormat
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, block, file_page, text_line

CONTROLS = "".join(map(chr, range(32))) + "\x7f\ud800\udfff\ufffe\uffff"
HOSTILE = file_page(
    text_line(f"a{CONTROLS}b", 10, 10, 200, 40),
    text_line("<w:p>&amp;]]></w:p>", 10, 60, 200, 90),
    text_line(CONTROLS, 10, 110, 200, 140),
)


def _is_package(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        for part in package.namelist():
            if part.endswith((".xml", ".rels")):
                etree.fromstring(package.read(part))


def _is_pdf(data: bytes) -> None:
    # PDFium refuses a document without pages.
    assert (data[:5], data.rstrip()[-5:]) == (b"%PDF-", b"%%EOF")


def _is_text(data: bytes) -> None:
    data.decode()


def _is_xml(data: bytes) -> None:
    etree.fromstring(data)


WELL_FORMED = {
    "application/vnd.openxmlformats-officedocument.": _is_package,
    "application/pdf": _is_pdf,
    "application/xml": _is_xml,
    "text/vnd.hocr+html": _is_xml,
    "text/": _is_text,
}
"""A check by the beginning of the media type. It fails for a damaged file."""


@pytest.mark.parametrize("name", RESULT_FORMATS)
@pytest.mark.parametrize(
    "pages", [(), (file_page(),), (HOSTILE, file_page(), HOSTILE)], ids=["none", "blank", "hostile"]
)
def test_every_format_takes_every_page(name: str, pages: tuple[object, ...]) -> None:
    result = RESULT_FORMATS[name]
    checks = [check for media_type, check in WELL_FORMED.items() if result.media_type.startswith(media_type)]
    assert checks, f"WELL_FORMED in {__name__} lacks {result.media_type}. Add a check that a damaged file fails."
    checks[0](result.write(pages, IMAGE_SOURCE))  # type: ignore[arg-type]


def test_the_formats_of_file_tasks_are_there() -> None:
    assert set(FORMATS) <= set(RESULT_FORMATS)
    assert [RESULT_FORMATS[name].extension for name in FORMATS] == list(FORMATS)
    assert RESULT_FORMATS["txt"].media_type == "text/plain; charset=utf-8"
    assert RESULT_FORMATS["pdf"].media_type == "application/pdf"


WRITER = """
def write_csv(pages, document):
    return "".join(f"{line.text},{line.score}\\n" for page in pages for line in page.lines).encode()
"""
CSV = {
    "extension": "csv",
    "media_type": "text/csv",
    "writer": "csv_writer:write_csv",
    "pictures": (),
    "covers_text": False,
    "needs_layout": False,
    "keeps_pages": False,
}


def test_a_new_format_is_a_writer_and_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "csv_writer.py").write_text(WRITER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(RESULT_FORMATS, "csv", ResultFormat(**CSV))  # type: ignore[arg-type]
    page = file_page(text_line("one", 10, 10, 200, 40), text_line("two", 10, 60, 200, 90))
    assert RESULT_FORMATS["csv"].write((page,), IMAGE_SOURCE) == b"one,0.9\ntwo,0.9\n"


@pytest.mark.parametrize("name", [field.name for field in fields(ResultFormat)])
def test_an_entry_forgets_nothing(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        ResultFormat(**{key: value for key, value in CSV.items() if key != name})  # type: ignore[arg-type]


def test_only_a_pdf_lies_over_the_documents_own_pages() -> None:
    promised = {name: RESULT_FORMATS[name] for name in FORMATS}
    assert [name for name, result in promised.items() if result.keeps_pages] == ["pdf"]
    assert all(result.needs_layout for result in promised.values())
    assert [name for name, result in promised.items() if result.pictures] == ["pdf", "pptx"]


def test_no_writer_is_imported_before_its_first_file() -> None:
    program = "import sys, server.export.files.result_file; print(*(set(sys.modules) & {'docx', 'pptx', 'xlsxwriter'}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


TEXTS = ("标题", "paragraph", "=1+1", "cell", "图表")
LINES = tuple(text_line(text, 20, 20 + 60 * at, 300, 60 + 60 * at) for at, text in enumerate(TEXTS))
TABLE = Table(2, 2, (Cell(0, 0, 1, 2, (2,)), Cell(1, 0, 1, 1, (3,)), Cell(1, 1, 1, 1, ())), ruled=True)
PAGE = file_page(
    *LINES, blocks=(block("title", 0, level=1), block("text", 1), block("table", 2, 3, table=TABLE), block("image", 4))
)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("name", ["docx", "xlsx", "pptx"])
def test_libreoffice_opens_it_and_shows_everything(name: str) -> None:
    data = RESULT_FORMATS[name].write([PAGE, file_page(LINES[1])], IMAGE_SOURCE)
    with pdfium.PdfDocument(asyncio.run(OfficeConverter(OfficeSettings()).to_pdf(data, name))) as shown:
        pages = [page.get_textpage().get_text_bounded().split() for page in shown]
    assert len(pages) == 2
    assert sorted(pages[0]) == sorted(TEXTS)
    assert pages[1] == ["paragraph"]
