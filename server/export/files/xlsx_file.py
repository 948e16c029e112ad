"""Excel workbooks: one sheet for each page, one row for each row of text, one cell for each piece. Tables stay tables.

Every cell is text. No recognised text becomes a formula, a number or a link.
"""

import io
from collections.abc import Iterator, Sequence

import xlsxwriter

from models.document import TextLine
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import page_blocks, table_rows
from server.export.text import clean_text
from server.intake.raw_file import RawFile

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
MAX_CELL_CHARACTERS = 32_767
SAME_ROW = 0.5
"""Two pieces share a row if they overlap vertically by at least this share of the smaller one's height."""

Extent = tuple[float, float]


def write_xlsx(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    for number, page in enumerate(pages, start=1):
        sheet = book.add_worksheet(f"Page {number}")
        for row, cells in enumerate(_rows(page)):
            for column, text in enumerate(cells):
                if text:
                    sheet.write_string(row, column, text[:MAX_CELL_CHARACTERS])
    book.close()
    return buffer.getvalue()


def _rows(page: FilePage) -> Iterator[Sequence[str]]:
    """The rows of a page: tables at their place in reading order, and the lines between them in visual rows."""
    pending: list[int] = []
    for block in page_blocks(page):
        if block.table is None:
            pending.extend(block.lines)
        else:
            yield from visual_rows([page.lines[line] for line in pending])
            pending.clear()
            yield from table_rows(page, block.table)
    yield from visual_rows([page.lines[line] for line in pending])


def visual_rows(lines: Sequence[TextLine]) -> list[list[str]]:
    """The texts row by row from the top, and each row from the left. Each recognised line of a row is one cell."""
    rows: list[tuple[Extent, list[TextLine]]] = []
    for line in sorted((line for line in lines if clean_text(line.text)), key=_middle):
        extent = float(line.quad[:, 1].min()), float(line.quad[:, 1].max())
        if rows and _overlap(rows[-1][0], extent) >= SAME_ROW:
            rows[-1][1].append(line)
        else:
            rows.append((extent, [line]))
    return [[clean_text(line.text) for line in sorted(row, key=_left)] for _, row in rows]


def _overlap(one: Extent, other: Extent) -> float:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared / max(1.0, min(one[1] - one[0], other[1] - other[0]))


def _middle(line: TextLine) -> float:
    return float(line.quad[:, 1].mean())


def _left(line: TextLine) -> float:
    return float(line.quad[:, 0].min())
