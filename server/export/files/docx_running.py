"""Running heads and feet of a Word document: they stand in its headers and footers, and not in its text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import _BaseHeaderFooter
from docx.text.paragraph import Paragraph

from models.layout.document import RUNNING, Block
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import page_blocks, paragraph_text

_NUMBER = re.compile(r"\d+")
_FIELD = "\0"
"""Stands for the number of the page."""


@dataclass(frozen=True, slots=True)
class Running:
    """The running text of a page.

    Attributes:
        head: the paragraphs above the text. `_FIELD` stands for the number of the page.
        foot: the paragraphs below it.
        number: the number of the page as it is printed; None if there is none.
    """

    head: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    number: int | None = None

    def follows(self, before: "Running", pages: int) -> bool:
        """Whether the page can be in the section of one that is so many pages before it."""
        same = (self.head, self.foot) == (before.head, before.foot)
        return same and (self.number is None or before.number is None or self.number == before.number + pages)


def running_of(page: FilePage) -> Running:
    """The running text of a page; empty if its layout was not analysed."""
    head: list[str] = []
    foot: list[str] = []
    number: int | None = None
    for block in page_blocks(page):
        if block.kind not in RUNNING:
            continue
        text = paragraph_text(page, block.lines)
        if block.kind == "page_number" and number is None and (found := _NUMBER.search(text)):
            number = int(found[0])
            text = f"{text[: found.start()]}{_FIELD}{text[found.end() :]}"
        (head if _is_above(block, page) else foot).append(text)
    return Running(tuple(head), tuple(foot), number)


def set_running(document: Document, running: Running) -> None:
    """Put running text into the headers and footers of a document's last section."""
    section, properties = document.sections[-1], document.element.body.get_or_add_sectPr()
    # They were copied from the section before, whose headers they would change.
    for name in ("w:headerReference", "w:footerReference", "w:pgNumType"):
        for element in properties.findall(qn(name)):
            properties.remove(element)
    _fill(section.header, running.head)
    _fill(section.footer, running.foot)
    if running.number is not None:
        numbers = OxmlElement("w:pgNumType")
        numbers.set(qn("w:start"), str(running.number))
        # The order of these elements is prescribed: it follows the margins.
        properties.find(qn("w:pgMar")).addnext(numbers)


def _is_above(block: Block, page: FilePage) -> bool:
    return block.box[1] + block.box[3] < page.height


def _fill(part: _BaseHeaderFooter, texts: Sequence[str]) -> None:
    part.is_linked_to_previous = False
    paragraph = part.paragraphs[0]
    for number, text in enumerate(texts):
        _write(paragraph if number == 0 else part.add_paragraph(), text)


def _write(paragraph: Paragraph, text: str) -> None:
    before, field, after = text.partition(_FIELD)
    paragraph.add_run(before)
    if field:
        element = OxmlElement("w:fldSimple")
        element.set(qn("w:instr"), "PAGE")
        paragraph.paragraph_format.element.append(element)
        paragraph.add_run(after)
