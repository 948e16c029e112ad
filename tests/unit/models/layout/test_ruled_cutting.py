"""A box over two cells of a drawn table becomes two lines, at the rule between them."""

import cv2

from models.layout.analyse import analyse_layout
from tests.unit.models.layout.papers import paper, spread

EDGES = (60, 300, 500)
ROWS, PITCH = 4, 40


def table(*, bars: bool = True):
    """A table of two columns, whose texts share one box in every row."""
    page = paper()
    for row in range(ROWS + 1):
        cv2.line(page, (EDGES[0], 100 + PITCH * row), (EDGES[-1], 100 + PITCH * row), (0, 0, 0), 2)
    for x in EDGES if bars else (EDGES[0], EDGES[-1]):
        cv2.line(page, (x, 100), (x, 100 + PITCH * ROWS), (0, 0, 0), 2)
    # 30 characters of 10 pixels: the rule stands at the 14th.
    lines = [spread(f"first number{row} second number{row}", 160, 110 + PITCH * row, 300) for row in range(ROWS)]
    return page, lines


def test_a_line_is_cut_at_the_rule_that_goes_through_it():
    page, lines = table()
    layout = analyse_layout(page, lines)
    (block,) = layout.blocks
    texts = [[layout.lines[index].text for index in cell.lines] for cell in block.table.cells]
    assert texts == [[text] for row in range(ROWS) for text in (f"first number{row}", f"second number{row}")]
    assert layout.sources == tuple(row for row in range(ROWS) for _ in range(2))
    part = layout.lines[1]
    assert len(part.char_positions) == len(part.text)
    assert part.quad[0, 0] >= 295


def test_without_a_rule_it_stays_whole():
    page, lines = table(bars=False)
    assert [line.text for line in analyse_layout(page, lines).lines] == [line.text for line in lines]


def test_a_stroke_that_is_no_higher_than_the_line_is_a_letter():
    page = paper()
    lines = [spread("first number second number", 160, 110 + 60 * row, 300) for row in range(ROWS)]
    for row in range(ROWS):
        cv2.line(page, (300, 112 + 60 * row), (300, 128 + 60 * row), (0, 0, 0), 2)
    assert [line.text for line in analyse_layout(page, lines).lines] == [line.text for line in lines]
