"""Word documents: headings, paragraphs and tables in reading order. Every page of the source begins a new page.

Pages of one size with the same running heads and feet are one section. Any other page begins a new one.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import docx
from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.section import Section
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from models.layout.document import RUNNING, Block, Table
from models.layout.flow import flowing, joined
from server.export.files.docx_running import Running, running_of, set_running
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import line_texts, page_blocks, paragraph_text
from server.intake.raw_file import RawFile

MAX_SIDE_POINTS = 1584.0
"""22 inches: the largest page of Word."""
SIDE_MARGIN, END_MARGIN = 90.0, 72.0
"""The margins of the template, left and right, and above and below, in points."""
SMALL_PAGE = 6
"""No margin is more than this part of its side."""
CAPTIONS = frozenset({"table_caption", "image_caption"})


def write_docx(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a Word document."""
    document = docx.Document()
    _clear_properties(document)
    last: Paragraph | None = None
    begin, shown = 0, Running()
    for number, page in enumerate(pages):
        running = running_of(page)
        new_section = number == 0 or _size(page) != _size(pages[begin]) or not running.follows(shown, number - begin)
        if number:
            _end_page(document, last or document.add_paragraph(), new_section=new_section)
        if new_section:
            section, begin, shown = document.sections[-1], number, running
            _set_size(section, *_size(page))
            set_running(document, running)
        last = None
        for group in flowing(block for block in page_blocks(page) if block.kind not in RUNNING):
            last = _add_block(document, page, joined(group))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _end_page(document: Document, last: Paragraph, *, new_section: bool) -> None:
    """End the page in its last paragraph, because a paragraph of its own would be an empty line."""
    if new_section:
        last.paragraph_format.element.set_sectPr(document.element.body.get_or_add_sectPr().clone())
    else:
        last.add_run().add_break(WD_BREAK.PAGE)


def _add_block(document: Document, page: FilePage, block: Block) -> Paragraph:
    """Add a block, and give the last paragraph of it."""
    if block.table is not None:
        return _add_table(document, page, block.table)
    if block.kind == "title":
        heading: Paragraph = document.add_heading(paragraph_text(page, block.lines), max(1, block.level))
        return heading
    if block.kind == "image":
        # The lines in a figure are labels, not sentences.
        return [document.add_paragraph(text) for text in line_texts(page, block.lines)][-1]
    return document.add_paragraph(paragraph_text(page, block.lines), "Caption" if block.kind in CAPTIONS else None)


def _add_table(document: Document, page: FilePage, table: Table) -> Paragraph:
    shown = document.add_table(table.rows, table.columns, "Table Grid")
    # Each access to the cells of a table would go over all of them, so they are fetched once.
    grid = [row.cells for row in shown.rows]
    for cell in table.cells:
        target = grid[cell.row][cell.column]
        if cell.row_span > 1 or cell.column_span > 1:
            target = target.merge(grid[cell.row + cell.row_span - 1][cell.column + cell.column_span - 1])
        target.text = paragraph_text(page, cell.lines)
    # Two tables with nothing between them would become one.
    return document.add_paragraph()


def _set_size(section: Section, width: Pt, height: Pt) -> None:
    """Set the size of a section's pages. The template's margins would fill a receipt or a business card."""
    section.page_width, section.page_height = width, height
    section.left_margin = section.right_margin = Pt(min(SIDE_MARGIN, width.pt / SMALL_PAGE))
    section.top_margin = section.bottom_margin = Pt(min(END_MARGIN, height.pt / SMALL_PAGE))


def _size(page: FilePage) -> tuple[Pt, Pt]:
    """The width and height of a page, scaled down if Word has no page of that size."""
    factor = min(1.0, MAX_SIDE_POINTS / max(page.points))
    width, height = page.points
    return Pt(width * factor), Pt(height * factor)


def _clear_properties(document: Document) -> None:
    """Clear the properties of the template, which name its author."""
    properties = document.core_properties
    properties.author = properties.title = properties.comments = ""
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
