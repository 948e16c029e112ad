from dataclasses import replace

import numpy as np
import pytest

from models.document import TextLine
from models.layout.analyse import analyse_layout
from tests.unit.models.layout.papers import CELL, LEFT, LENGTH, columns, printed, prose, spread


def across(left: TextLine, right: TextLine) -> TextLine:
    """One line over two, as a detector finds it where they are near each other."""
    x0, x1 = float(left.quad[0, 0]), float(right.quad[1, 0])
    ends = float(left.quad[1, 0]), float(right.quad[0, 0])
    places = [x0 + CELL * (k + 0.5) for k in range(LENGTH)] + [sum(ends) / 2]
    places += [ends[1] + CELL * (k + 0.5) for k in range(LENGTH)]
    one = spread(f"{left.text} {right.text}", x0, float(left.quad[0, 1]), x1 - x0)
    return replace(one, char_positions=tuple((place - x0) / (x1 - x0) for place in places))


def read(lines: list[TextLine], image: np.ndarray) -> list[str]:
    layout = analyse_layout(image, lines)
    return [layout.lines[index].text for block in layout.blocks for index in block.lines]


@pytest.mark.parametrize("gutter", [8, 14, 30])
def test_lines_over_a_gutter_are_read_as_two(gutter):
    left, right = columns(gutter, 14)
    spanning = [across(a, b) for a, b in zip(left, right, strict=True)]
    assert read(spanning, printed([*left, *right])) == [one.text for one in (*left, *right)]


def test_a_part_has_its_own_corners_characters_and_scores():
    left, right = columns(20, 14)
    spanning = [across(a, b) for a, b in zip(left, right, strict=True)]
    layout = analyse_layout(printed([*left, *right]), spanning)
    assert layout.sources[:4] == (0, 0, 1, 1)
    for part, true in zip(layout.lines[:2], (left[0], right[0]), strict=True):
        assert np.abs(part.quad - true.quad).max() <= 5
        assert len(part.char_positions) == len(part.char_scores) == len(part.text) == LENGTH
        assert np.allclose(part.char_positions, true.char_positions, atol=0.03)


def test_columns_whose_boxes_touch_are_read_one_after_the_other():
    left, right = columns(8, 14)
    wide = [replace(one, quad=one.quad + np.array([[-6, 0], [6, 0], [6, 0], [-6, 0]])) for one in (*left, *right)]
    assert read(wide, printed([*left, *right])) == [one.text for one in (*left, *right)]


def test_few_lines_over_a_narrow_white_stay_whole():
    left, right = columns(8, 4)
    spanning = [across(a, b) for a, b in zip(left, right, strict=True)]
    assert read(spanning, printed([*left, *right])) == [one.text for one in spanning]


def test_lines_that_say_the_same_have_no_gutter_between_their_words():
    lines = [spread(f"Contract clause {k} applies to both parties", 60, 100 + 24 * k, 410) for k in range(10, 30)]
    assert read(lines, printed(lines)) == [one.text for one in lines]


def test_the_white_behind_the_marks_of_a_list_is_no_gutter():
    lines = [spread(f"({chr(97 + k)})  {prose(k)}", 60, 100 + 24 * k, 350) for k in range(14)]
    assert read(lines, printed(lines)) == [one.text for one in lines]


def test_a_line_whose_characters_have_no_places_is_not_cut():
    left, right = columns(20, 14)
    spanning = [replace(across(a, b), char_positions=()) for a, b in zip(left, right, strict=True)]
    assert read(spanning, printed([*left, *right])) == [one.text for one in spanning]


def test_a_rule_between_columns_is_no_ink():
    left, right = columns(16, 14)
    image = printed([*left, *right])
    middle = LEFT + LENGTH * CELL + 8
    image[90:450, middle : middle + 2] = 0
    spanning = [across(a, b) for a, b in zip(left, right, strict=True)]
    assert read(spanning, image) == [one.text for one in (*left, *right)]


def test_a_large_title_over_a_gutter_is_not_cut_between_its_letters():
    left, right = columns(8, 14)
    # The white between two of its letters, 6 of 30 pixels a letter, stands above the gutter.
    title = spread("fiddlechapelgranite", 364 - 10 * 30, 20, 19 * 30, 44)
    assert read([title, *left, *right], printed([title, *left, *right]))[0] == title.text
