"""Text files, read as bytes."""

from models.layout.document import Cell, Table
from server.export.files.plain_text import write_paragraphs, write_text
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, block, file_page, text_line

LINES = tuple(
    text_line(text, 10, 10 + 50 * at, 300, 40 + 50 * at) for at, text in enumerate(("one", "zwei", "三", "4"))
)


def test_a_line_each_in_the_order_they_come_without_a_layout() -> None:
    assert write_text([file_page(*LINES)], IMAGE_SOURCE) == "one\nzwei\n三\n4\n".encode()


def test_reading_order_is_the_layout_s() -> None:
    page = file_page(*LINES, blocks=(block("title", 3, level=1), block("text", 1, 2), block("text", 0)))
    assert write_text([page], IMAGE_SOURCE) == "4\nzwei\n三\none\n".encode()


def test_one_blank_line_between_pages_even_blank_ones() -> None:
    page = file_page(LINES[0])
    assert write_text([page, page], IMAGE_SOURCE) == b"one\n\none\n"
    assert write_text([page, file_page(), page], IMAGE_SOURCE) == b"one\n\n\n\none\n"
    assert write_text([file_page()], IMAGE_SOURCE) == b""


def test_a_table_s_rows_are_lines() -> None:
    cells = (Cell(0, 0, 1, 2, (0,)), Cell(1, 0, 1, 1, (1, 3)), Cell(1, 1, 1, 1, (2,)))
    page = file_page(*LINES, blocks=(block("table", 0, 1, 3, 2, table=Table(2, 2, cells, ruled=True)),))
    assert write_text([page], IMAGE_SOURCE) == "one\t\nzwei 4\t三\n".encode()


def test_running_heads_stay_in_the_lines_and_leave_the_paragraphs() -> None:
    page = file_page(*LINES, blocks=(block("header", 0), block("text", 1, 2), block("page_number", 3)))
    assert write_text([page], IMAGE_SOURCE) == "one\nzwei\n三\n4\n".encode()
    assert write_paragraphs([page], IMAGE_SOURCE) == "zwei三\n".encode()
    assert write_paragraphs([page, file_page(), page], IMAGE_SOURCE) == "zwei三\n\nzwei三\n".encode()
    assert write_paragraphs([file_page()], IMAGE_SOURCE) == b""
