"""A page's text in reading order: the blocks of its layout, or single lines if it was not analysed."""

from collections.abc import Iterable

from models.document import TextLine
from models.layout.document import Block, Table
from models.layout.joining import join_lines
from server.export.files.file_page import FilePage
from server.export.text import clean_text


def page_blocks(page: FilePage) -> tuple[Block, ...]:
    """The blocks of a page that hold text."""
    blocks = _single_lines(page.lines) if page.layout is None else page.layout.blocks
    return tuple(block for block in blocks if any(line_texts(page, block.lines)))


def blocks_of_lines(page: FilePage) -> tuple[tuple[TextLine, ...], ...]:
    """The lines of a page in reading order, block by block; each by itself if the layout was not analysed."""
    if page.layout is None:
        return tuple((line,) for line in page.lines)
    return tuple(tuple(page.lines[line] for line in block.lines) for block in page.layout.blocks)


def line_texts(page: FilePage, lines: Iterable[int]) -> list[str]:
    """The cleaned texts of lines. Lines without text are left out."""
    texts = (clean_text(page.lines[line].text) for line in lines)
    return [text for text in texts if text]


def paragraph_text(page: FilePage, lines: Iterable[int]) -> str:
    """The text of lines as one paragraph."""
    return join_lines(line_texts(page, lines))


def table_rows(page: FilePage, table: Table) -> list[list[str]]:
    """The texts of a table, row by row. A cell over several rows or columns has its text in the first one."""
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = paragraph_text(page, cell.lines)
    return rows


def _single_lines(lines: tuple[TextLine, ...]) -> tuple[Block, ...]:
    return tuple(Block("text", _bounds(line), (index,)) for index, line in enumerate(lines))


def _bounds(line: TextLine) -> tuple[int, int, int, int]:
    (left, top), (right, bottom) = line.quad.min(axis=0), line.quad.max(axis=0)
    return int(left), int(top), int(right), int(bottom)
