"""Word documents: headings, paragraphs and tables in reading order. Every page of the source begins a new page."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import docx
from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.shared import Pt

from models.layout.document import Block, Table
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import line_texts, page_blocks, paragraph_text
from server.intake.raw_file import RawFile

MAX_SIDE_POINTS = 1584.0
"""22 inches: the largest page of Word."""
CAPTIONS = frozenset({"table_caption", "image_caption"})


def write_docx(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a Word document."""
    document = docx.Document()
    _clear_properties(document)
    if pages:
        _set_page_size(document, pages[0].points)
    for index, page in enumerate(pages):
        if index:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for block in page_blocks(page):
            _add_block(document, page, block)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _add_block(document: Document, page: FilePage, block: Block) -> None:
    if block.table is not None:
        _add_table(document, page, block.table)
    elif block.kind == "title":
        document.add_heading(paragraph_text(page, block.lines), max(1, block.level))
    elif block.kind == "image":
        # The lines in a figure are labels, not sentences.
        for text in line_texts(page, block.lines):
            document.add_paragraph(text)
    else:
        document.add_paragraph(paragraph_text(page, block.lines), "Caption" if block.kind in CAPTIONS else None)


def _add_table(document: Document, page: FilePage, table: Table) -> None:
    shown = document.add_table(table.rows, table.columns, "Table Grid")
    # Each access to the cells of a table would go over all of them, so they are fetched once.
    grid = [row.cells for row in shown.rows]
    for cell in table.cells:
        target = grid[cell.row][cell.column]
        if cell.row_span > 1 or cell.column_span > 1:
            target = target.merge(grid[cell.row + cell.row_span - 1][cell.column + cell.column_span - 1])
        target.text = paragraph_text(page, cell.lines)
    # Two tables with nothing between them would become one.
    document.add_paragraph()


def _set_page_size(document: Document, points: tuple[float, float]) -> None:
    factor = min(1.0, MAX_SIDE_POINTS / max(points))
    section = document.sections[0]
    section.page_width, section.page_height = (Pt(side * factor) for side in points)


def _clear_properties(document: Document) -> None:
    """Clear the properties of the template, which name its author."""
    properties = document.core_properties
    properties.author = properties.title = properties.comments = ""
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
