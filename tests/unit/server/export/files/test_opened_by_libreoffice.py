"""LibreOffice, as a reader that we had no hand in, opens the Office files and shows what they say."""

import asyncio
import shutil

import pypdfium2 as pdfium
import pytest

from models.layout.document import Cell, Table
from server.config.settings import OfficeSettings
from server.decode.office.converter import OfficeConverter
from server.export.files.result_file import RESULT_FORMATS
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, block, file_page, text_line

TEXTS = ("标题", "paragraph", "=1+1", "cell", "图表")
LINES = tuple(text_line(text, 20, 20 + 60 * at, 300, 60 + 60 * at) for at, text in enumerate(TEXTS))
TABLE = Table(2, 2, (Cell(0, 0, 1, 2, (2,)), Cell(1, 0, 1, 1, (3,)), Cell(1, 1, 1, 1, ())), ruled=True)
PAGE = file_page(
    *LINES, blocks=(block("title", 0, level=1), block("text", 1), block("table", 2, 3, table=TABLE), block("image", 4))
)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("name", ["docx", "xlsx", "pptx"])
def test_it_opens_and_says_everything(name: str) -> None:
    data = RESULT_FORMATS[name].write([PAGE, file_page(LINES[1])], IMAGE_SOURCE)
    with pdfium.PdfDocument(asyncio.run(OfficeConverter(OfficeSettings()).to_pdf(data, name))) as shown:
        pages = [page.get_textpage().get_text_bounded().split() for page in shown]
    assert len(pages) == 2
    assert sorted(pages[0]) == sorted(TEXTS)
    assert pages[1] == ["paragraph"]
