"""Text on the side of a page: behind which lines it is put, and pages on which nothing is moved."""

import numpy as np
import pytest

from models.aids.side_text import with_side_text_behind
from models.document import Image, TextBox
from tests.layout.ink import Pen, blank
from tests.unit.models.aids.small_models import read, texts

ROWS = [(150, top, 570, top + 30) for top in (40, 140, 200, 260, 320)]


def box(left: int, top: int, right: int, bottom: int) -> TextBox:
    return TextBox(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32), 0.8)


def moved(*places: tuple[int, int, int, int]) -> list[int]:
    """The order in which boxes at some places are read, by their numbers."""
    boxes = [box(*place) for place in places]
    ordered = with_side_text_behind(boxes)
    assert len(ordered) == len(boxes)
    return [next(number for number, each in enumerate(boxes) if each is one) for one in ordered]


@pytest.mark.parametrize("left", [50, 600])
def test_text_on_the_side_stands_behind_the_rows_beside_it(left: int) -> None:
    side = (left, 170, left + 30, 340)
    assert moved(*ROWS[:2], side, *ROWS[2:]) == [0, 1, 3, 4, 5, 2]
    below = (150, 400, 570, 430)
    assert moved(*ROWS[:2], side, *ROWS[2:], below) == [0, 1, 3, 4, 5, 2, 6]
    assert moved(*ROWS, side, below) == [0, 1, 2, 3, 4, 5, 6]


def test_two_texts_on_the_side_keep_their_order() -> None:
    left, right = (50, 50, 80, 340), (600, 50, 630, 340)
    assert moved(ROWS[0], left, right, *ROWS[1:]) == [0, 3, 4, 5, 6, 1, 2]


def test_a_high_character_of_a_row_stays_in_its_row() -> None:
    one = (100, 130, 110, 180)
    assert moved(ROWS[0], one, *ROWS[1:]) == [0, 1, 2, 3, 4, 5]
    # Two cells of one row, one of them a little lower.
    assert moved(one, (150, 140, 300, 170), (320, 146, 570, 176), *ROWS[2:]) == [0, 1, 2, 3, 4, 5]


def test_a_few_upright_characters_beside_small_rows_stay() -> None:
    assert moved((150, 140, 300, 170), (50, 141, 110, 310), *ROWS[2:]) == [0, 1, 2, 3, 4]
    assert moved((150, 140, 300, 170), (50, 141, 100, 310), *ROWS[2:]) == [0, 2, 3, 1, 4]


def test_a_high_box_across_rows_is_not_on_their_side() -> None:
    across = (300, 60, 330, 300)
    assert moved(ROWS[0], across, *ROWS[1:]) == [0, 1, 2, 3, 4, 5]


def test_on_pages_whose_columns_run_down_nothing_is_moved() -> None:
    columns = [(left, 100, left + 40, 900) for left in (500, 400, 300)]
    notes = [(100, top, 250, top + 30) for top in (200, 300)]
    assert moved(columns[0], *columns[1:], *notes) == [0, 1, 2, 3, 4]
    assert moved() == []


def page_with_side_text() -> Image:
    page, remark = blank(900, 700), blank(430, 60)
    for number in range(6):
        Pen("pillow", 28).write(page, f"Body text line number {number + 1}", 160, 140 + 60 * number)
    Pen("pillow", 28).write(remark, "DRAFT COPY ONLY", 20, 10)
    page[220:650, 40:100] = np.rot90(remark)
    return page


def test_what_runs_up_beside_a_text_does_not_split_it() -> None:
    page = page_with_side_text()
    body = [f"Body text line number {number + 1}" for number in range(6)]
    assert texts(read(page, "read_both_ways", "side_text")) == [*body, "DRAFT COPY ONLY"]
    split = texts(read(page, "read_both_ways"))
    assert sorted(split) == sorted([*body, "DRAFT COPY ONLY"])
    assert split[-1] != "DRAFT COPY ONLY"
