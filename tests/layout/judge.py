"""These judge an analysed page: cells of a table, the order of lines, paragraphs and titles."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from models.document import TextLine
from models.layout.document import PageLayout, Table
from tests.layout.pages import GeneratedPage, TrueTable

_SAME = 0.6
"""Texts more alike than this are the same: it is the layout that is judged, not the reading of letters."""


def right_cells(lines: Sequence[TextLine], layout: PageLayout, true: TrueTable) -> int:
    """Count the true cells of a page that were found at their place, with their spans and their text."""
    tables = [block.table for block in layout.blocks if block.table is not None]
    return max((_right(lines, table, true) for table in tables), default=0)


def order_is_right(lines: Sequence[TextLine], layout: PageLayout, page: GeneratedPage) -> bool:
    """Whether the lines outside tables come in exactly the true order, none missing, none split, none more."""
    read = [lines[index].text for block in layout.blocks if block.table is None for index in block.lines]
    true = [line for paragraph in page.paragraphs for line in paragraph]
    return len(read) == len(true) and all(same_text(a, b) for a, b in zip(read, true, strict=True))


def right_paragraphs(lines: Sequence[TextLine], layout: PageLayout, page: GeneratedPage) -> int:
    """Count the true paragraphs that are one block, and a title exactly where they are one."""
    blocks = {
        ("".join(lines[index].text for index in block.lines)).replace(" ", ""): block.kind == "title"
        for block in layout.blocks
        if block.table is None
    }
    right = 0
    for number, paragraph in enumerate(page.paragraphs):
        text = "".join(paragraph)
        right += any(same_text(text, read) and title == (number in page.titles) for read, title in blocks.items())
    return right


def same_text(first: str, second: str) -> bool:
    """Whether two texts are the same but for a few misread letters; white space does not count."""
    first, second = _plain(first), _plain(second)
    if not first or not second:
        return first == second
    return first == second or SequenceMatcher(None, first, second, autojunk=False).ratio() > _SAME


def _plain(text: str) -> str:
    return "".join(text.lower().split())


def _right(lines: Sequence[TextLine], table: Table, true: TrueTable) -> int:
    found = {
        (cell.row, cell.column, cell.row_span, cell.column_span): " ".join(lines[index].text for index in cell.lines)
        for cell in table.cells
    }
    right = 0
    for cell, text in true.cells:
        read = found.get((cell.row, cell.column, cell.row_span, cell.column_span))
        right += read is not None and same_text(read, text)
    return right
