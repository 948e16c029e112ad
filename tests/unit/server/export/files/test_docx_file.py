"""Word documents, read by python-docx."""

import io

import docx
import numpy as np
import pytest
from docx.document import Document

from models.layout.analyse import analyse_layout
from models.layout.document import Cell, Table
from server.export.files.docx_file import write_docx
from server.export.files.file_page import FilePage
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, block, file_page, text_line

TEXTS = ("标题 Title", "first line", "second line", "head", "left", "right", "caption")
LINES = tuple(text_line(text, 10, 10 + 50 * at, 300, 40 + 50 * at) for at, text in enumerate(TEXTS))
TABLE = Table(2, 2, (Cell(0, 0, 1, 2, (3,)), Cell(1, 0, 1, 1, (4,)), Cell(1, 1, 1, 1, (5,))), ruled=True)
BLOCKS = (
    block("title", 0, level=2),
    block("text", 1, 2),
    block("table", 3, 4, 5, table=TABLE),
    block("table_caption", 6),
)


def opened(*pages: FilePage) -> Document:
    return docx.Document(io.BytesIO(write_docx(pages, IMAGE_SOURCE)))


def test_headings_paragraphs_and_captions() -> None:
    paragraphs = [(p.style.name, p.text) for p in opened(file_page(*LINES, blocks=BLOCKS)).paragraphs if p.text]
    assert paragraphs == [("Heading 2", "标题 Title"), ("Normal", "first line second line"), ("Caption", "caption")]


def test_tables_with_merged_cells() -> None:
    (table,) = opened(file_page(*LINES, blocks=BLOCKS)).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["head", "head"], ["left", "right"]]


def test_a_paragraph_a_line_without_a_layout() -> None:
    assert [p.text for p in opened(file_page(*LINES)).paragraphs] == list(TEXTS)


PAGE_BREAK = '<w:br w:type="page"/>'


@pytest.mark.parametrize("pages", [1, 3])
def test_page_breaks_between_pages(pages: int) -> None:
    document = opened(*[file_page(LINES[0])] * pages)
    assert document.element.body.xml.count(PAGE_BREAK) == pages - 1
    assert [paragraph.text for paragraph in document.paragraphs] == [TEXTS[0]] * pages, "there is an empty paragraph"
    assert len(document.sections) == 1


def test_a_page_that_begins_or_ends_with_a_table_needs_no_other_paragraph() -> None:
    table = file_page(*LINES, blocks=(block("table", 3, 4, 5, table=TABLE),))
    document = opened(file_page(LINES[0]), table, file_page(LINES[0]))
    assert [paragraph.text for paragraph in document.paragraphs] == [TEXTS[0], "", TEXTS[0]]
    kinds = [(child.tag.rpartition("}")[2], child.xml.count(PAGE_BREAK)) for child in document.element.body]
    assert kinds == [("p", 1), ("tbl", 0), ("p", 1), ("p", 0), ("sectPr", 0)]


def test_a_page_without_text_is_an_empty_paragraph() -> None:
    document = opened(file_page(), file_page(LINES[0]), file_page(width=100), file_page(LINES[1]))
    assert [paragraph.text for paragraph in document.paragraphs] == ["", TEXTS[0], "", TEXTS[1]]
    assert document.element.body.xml.count(PAGE_BREAK) == 1
    assert len(document.sections) == 3


def test_every_page_has_its_size() -> None:
    sides = ((600, 800), (600, 800), (800, 600), (100, 6400), (600, 800))
    pages = [file_page(LINES[0], width=width, height=height) for width, height in sides]
    document = opened(*pages)
    sizes = [(section.page_width.pt, section.page_height.pt) for section in document.sections]
    assert sizes == [(300, 400), (400, 300), (24.75, 1584), (300, 400)]
    assert document.element.body.xml.count(PAGE_BREAK) == 1
    assert [paragraph.text for paragraph in document.paragraphs] == [TEXTS[0]] * len(pages)


def test_the_template_says_nothing_of_itself() -> None:
    properties = opened(file_page()).core_properties
    assert (properties.author, properties.title, properties.comments) == ("", "", "")


def test_an_article_and_its_price_are_a_paragraph_and_the_next_article_is_another() -> None:
    rows = [(f"article {at} with a long name of its own", f"1{at}.50") for at in range(5)]
    lines = [
        line for at, (article, price) in enumerate(rows)
        for line in (text_line(article, 40, 40 + 24 * at, 480, 60 + 24 * at),
                     text_line(price, 620 - 9 * (at % 4), 40 + 24 * at, 680, 60 + 24 * at))
    ]  # fmt: skip
    layout = analyse_layout(np.full((400, 800, 3), 255, np.uint8), lines)
    document = opened(file_page(*lines, blocks=layout.blocks))
    assert [paragraph.text for paragraph in document.paragraphs] == [" ".join(row) for row in rows]


@pytest.mark.parametrize(("width", "height", "side", "end"), [(1190, 1684, 90, 72), (480, 1200, 40, 72)])
def test_a_receipt_has_narrow_margins(width: int, height: int, side: float, end: float) -> None:
    (section,) = opened(file_page(LINES[0], width=width, height=height)).sections
    assert (section.left_margin.pt, section.right_margin.pt) == (side, side)
    assert (section.top_margin.pt, section.bottom_margin.pt) == (end, end)
