"""The tables that rules show: by the rules where these fit the words, and by the words where not."""

import cv2
import numpy as np
import pytest

from models.layout.analyse import analyse_layout
from models.layout.document import Table
from tests.unit.models.layout.papers import line, paper

ROWS, PITCH = 6, 30
EDGES = (60, 260, 420, 580)


def drawn(levels, columns, *, stripes: bool = False):
    """A page with a table of six rows and three columns, with rules at some edges."""
    page = paper()
    tops = [100 + PITCH * number for number in range(ROWS + 1)]
    for number in range(0, ROWS, 2) if stripes else ():
        page[tops[number] : tops[number + 1], EDGES[0] : EDGES[-1]] = 215
    for number in levels:
        cv2.line(page, (EDGES[0], tops[number]), (EDGES[-1], tops[number]), (0, 0, 0), 1)
    for number in columns:
        cv2.line(page, (EDGES[number], tops[0]), (EDGES[number], tops[-1]), (0, 0, 0), 1)
    lines = [
        line(f"text {row} {column}", EDGES[column] + 15, tops[row] + 5, 90)
        for row in range(ROWS)
        for column in range(3)
    ]
    return page, lines


def table(page: np.ndarray, lines) -> Table:
    (found,) = [block.table for block in analyse_layout(page, lines).blocks if block.table]
    return found


@pytest.mark.parametrize(
    ("levels", "columns", "ruled"),
    [
        (range(ROWS + 1), range(4), True),
        ((0, 1, ROWS), (), False),
        ((0, 1, ROWS), (1,), False),
        ((0, 1, ROWS), range(4), False),
        (range(ROWS + 1), (), False),
    ],
    ids=["all rules", "three rules", "a bar", "no rules between rows", "rules between rows"],
)
def test_every_text_has_a_cell_whichever_rules_there_are(levels, columns, ruled):
    page, lines = drawn(levels, columns)
    found = table(page, lines)
    assert (found.rows, found.columns, found.ruled) == (ROWS, 3, ruled)
    assert [cell.lines for cell in found.cells] == [(number,) for number in range(ROWS * 3)]


def test_grey_grounds_of_rows_hide_no_rules():
    found = table(*drawn(range(ROWS + 1), range(4), stripes=True))
    assert (found.rows, found.columns, found.ruled) == (ROWS, 3, True)
