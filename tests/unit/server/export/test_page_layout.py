import numpy as np

from models.document import TextLine
from models.layout.document import Block, Cell, PageLayout, Table
from server.export.page_layout import layout_object

TEXTS = ("A < B", "cell & more", "first", "second")
LINES = tuple(TextLine(text, 1.0, np.zeros((4, 2), np.int32)) for text in TEXTS)
TABLE = Table(1, 2, (Cell(0, 0, 1, 1, (1,)), Cell(0, 1, 1, 1, ())), ruled=True)
LAYOUT = PageLayout(
    (
        Block("text", (5, 40, 90, 60), (2, 3)),
        Block("title", (np.int64(5), 1, 90, 9), (0,), 1),
        Block("table", (5, 70, 90, 90), (1,), table=TABLE),
    ),
    LINES,
    (0, 1, 2, 2),
)


def test_blocks_stand_in_reading_order_with_their_lines_and_texts():
    described = layout_object(LAYOUT, (100, 200))
    assert (described["width"], described["height"]) == (100, 200)
    assert described["blocks"][:2] == [
        {"label": "text", "box": [5, 40, 90, 60], "order": 1, "lines": [2], "text": "first second"},
        {"label": "title", "box": [5, 1, 90, 9], "order": 2, "lines": [0], "text": "A < B"},
    ]
    assert type(described["blocks"][1]["box"][0]) is int


def test_a_table_has_its_cells_as_html_in_which_its_text_is_escaped():
    table = layout_object(LAYOUT, (100, 200))["blocks"][2]
    assert table["text"] == "cell & more"
    assert table["html"] == "<table><tr><td>cell &amp; more</td><td></td></tr></table>"


def test_a_page_without_text_has_no_blocks():
    assert layout_object(PageLayout(()), (3, 4)) == {"width": 3, "height": 4, "blocks": []}
