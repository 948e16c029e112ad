"""A page with a title, a table, a figure, and lines in every direction, for formats that give the box of each word."""

from dataclasses import replace

from models.layout.document import Cell, Table
from tests.unit.server.export.files.file_pages import block, file_page, text_line, turned_line

CELLS = (Cell(0, 0, 1, 2, (2,)), Cell(1, 0, 1, 1, (3,)), Cell(1, 1, 1, 1, ()))
LINES = (
    text_line("标题 One", 20, 20, 300, 60),
    replace(text_line('a < b & "c"', 20, 80, 300, 120), char_scores=(0.456,) * 11),
    text_line("cell one", 20, 140, 300, 180),
    text_line("cell two", 20, 200, 300, 240),
    turned_line("leaning words", (400, 500), (300, 40), 8),
    turned_line("runs down", (600, 500), (300, 40), 90),
    turned_line("竖排文字", (700, 500), (300, 40), 90),
    text_line("شكرا جزيلا", 20, 700, 300, 740),
)
PAGE = file_page(
    *LINES,
    blocks=(
        block("title", 0, level=1), block("text", 1), block("table", 2, 3, table=Table(2, 2, CELLS, ruled=True)),
        block("image", 4, 5), block("text", 6), block("text", 7),
    ),
)  # fmt: skip
