"""A small page with every kind of block, for the tests of this folder."""

from dataclasses import replace

from models.document import PageResult, TextLine
from models.layout.document import Block, Cell, PageLayout, Table
from tests.unit.server.export.results import blank, quad, result

WIDTH, HEIGHT = 400, 500
TEXTS = (
    ("A Report", quad(100, 10, 300, 40)),
    ("2.1.3 Scope & Aim", quad(20, 60, 200, 80)),
    ("Goods are", quad(20, 90, 380, 105)),
    ("sent <now>.", quad(20, 110, 120, 125)),
    ("Table 1: x < y", quad(20, 140, 200, 155)),
    ("Name", quad(25, 165, 80, 180)),
    ("Sum", quad(220, 165, 260, 180)),
    ("A & B", quad(25, 205, 90, 220)),
    ("7", quad(220, 205, 230, 220)),
    ("inside", quad(60, 300, 120, 315)),
    ("Figure 1: a plot", quad(60, 350, 200, 365)),
)
TABLE = Table(
    2,
    2,
    (Cell(0, 0, 1, 1, (5,)), Cell(0, 1, 1, 1, (6,)), Cell(1, 0, 1, 1, (7,)), Cell(1, 1, 1, 1, (8,))),
    ruled=True,
)
BLOCKS = (
    Block("title", (100, 10, 300, 40), (0,), 1),
    Block("title", (20, 60, 200, 80), (1,), 2),
    Block("text", (20, 90, 380, 125), (2, 3)),
    Block("table_caption", (20, 140, 200, 155), (4,)),
    Block("table", (20, 160, 300, 230), (5, 6, 7, 8), table=TABLE),
    Block("image", (50, 250, 250, 340), (9,)),
    Block("image_caption", (60, 350, 200, 365), (10,)),
)
LAYOUT = PageLayout(BLOCKS)


def page() -> PageResult:
    """The result of reading the page."""
    return result(blank(WIDTH, HEIGHT), TEXTS)


def preprocessed_page() -> PageResult:
    """The same with the preprocessor."""
    return result(blank(WIDTH, HEIGHT), TEXTS, preprocess=True)


def lines() -> tuple[TextLine, ...]:
    """The lines of the page."""
    return page().lines


def with_score(read: PageResult, number: int, score: float) -> PageResult:
    """The page with another score of one of its lines."""
    changed = [replace(line, score=score) if index == number else line for index, line in enumerate(read.lines)]
    return replace(read, lines=tuple(changed))
