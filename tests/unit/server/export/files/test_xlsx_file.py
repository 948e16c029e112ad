"""Workbooks, read by openpyxl."""

import io

import openpyxl
from openpyxl.workbook import Workbook

from models.layout.document import Cell, Table
from server.export.files.file_page import FilePage
from server.export.files.xlsx_file import write_xlsx
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, block, file_page, text_line


def opened(*pages: FilePage) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(pages, IMAGE_SOURCE)))


def rows(book: Workbook, sheet: int = 0) -> list[tuple[object, ...]]:
    return list(book.worksheets[sheet].iter_rows(values_only=True))


def test_a_row_a_line_and_a_cell_a_piece() -> None:
    page = file_page(
        text_line("Preis", 400, 52, 500, 84),
        text_line("名称", 10, 50, 100, 80),
        text_line("Apfel", 10, 100, 100, 130),
        text_line("under both", 10, 160, 500, 190),
    )
    assert rows(opened(page)) == [("名称", "Preis"), ("Apfel", None), ("under both", None)]


def test_a_sheet_a_page() -> None:
    book = opened(file_page(text_line("a", 1, 1, 20, 20)), file_page(), file_page(text_line("b", 1, 1, 20, 20)))
    assert book.sheetnames == ["Page 1", "Page 2", "Page 3"]
    assert (rows(book, 0), rows(book, 2)) == ([("a",)], [("b",)])


def test_nothing_becomes_a_formula_a_number_or_a_link() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "12.50", "http://example.org", "TRUE", "'x"]
    page = file_page(*(text_line(text, 10, 10 + 40 * at, 300, 40 + 40 * at) for at, text in enumerate(texts)))
    book = opened(page)
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_a_table_keeps_its_grid_between_the_lines_around_it() -> None:
    lines = [
        text_line(text, 10, 10 + 40 * at, 90, 40 + 40 * at) for at, text in enumerate(("above", "a", "b", "below"))
    ]
    table = Table(
        2, 3, (Cell(0, 0, 1, 2, (1,)), Cell(0, 2, 2, 1, ()), Cell(1, 0, 1, 1, ()), Cell(1, 1, 1, 1, (2,))), ruled=True
    )
    page = file_page(*lines, blocks=(block("text", 0), block("table", 1, 2, table=table), block("text", 3)))
    assert rows(opened(page)) == [("above", None), ("a", None), (None, "b"), ("below", None)]
