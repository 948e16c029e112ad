"""Headers and footers of Word documents, read by python-docx."""

import io

import docx
from docx.document import Document

from models.layout.document import Block
from server.export.files.docx_file import write_docx
from server.export.files.file_page import FilePage
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, file_page, text_line

TOP, BOTTOM = (10, 10, 300, 40), (10, 940, 300, 970)


def page(number: str, head: str = "THE HARBOUR", text: str = "The text.") -> FilePage:
    lines = (text_line(head, *TOP), text_line(text, 10, 300, 300, 330), text_line(number, *BOTTOM))
    blocks = (Block("header", TOP, (0,)), Block("text", (10, 300, 300, 330), (1,)), Block("page_number", BOTTOM, (2,)))
    return file_page(*lines, blocks=blocks)


def opened(*pages: FilePage) -> Document:
    return docx.Document(io.BytesIO(write_docx(pages, IMAGE_SOURCE)))


def test_running_heads_stand_in_the_header_and_not_in_the_text() -> None:
    document = opened(page("- 12 -"), page("- 13 -"))
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.text] == ["The text.", "The text."]
    (section,) = document.sections
    assert [paragraph.text for paragraph in section.header.paragraphs] == ["THE HARBOUR"]
    assert [paragraph.text for paragraph in section.footer.paragraphs] == ["-  -"]
    assert 'w:instr="PAGE"' in section.footer.paragraphs[0]._p.xml
    assert '<w:pgNumType w:start="12"/>' in section._sectPr.xml


def test_another_head_or_a_gap_in_the_numbers_begins_a_section() -> None:
    document = opened(page("12"), page("13", head="THE RIVER"), page("20", head="THE RIVER"), page("xx", head=""))
    heads = [[paragraph.text for paragraph in section.header.paragraphs] for section in document.sections]
    assert heads == [["THE HARBOUR"], ["THE RIVER"], ["THE RIVER"], [""]]
    assert [paragraph.text for paragraph in document.sections[3].footer.paragraphs] == ["xx"]


def test_a_paragraph_that_runs_on_is_one() -> None:
    lines = (text_line("The harbour lay", 10, 10, 300, 40), text_line("quiet.", 400, 10, 700, 40))
    blocks = (Block("text", TOP, (0,)), Block("text", (400, 10, 700, 40), (1,), continues=True))
    assert [one.text for one in opened(file_page(*lines, blocks=blocks)).paragraphs] == ["The harbour lay quiet."]
