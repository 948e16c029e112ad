"""A line's frame follows its reading direction."""

from dataclasses import replace

import numpy as np
import pytest

from models.document import Direction, TextLine
from server.export.line_box import LineBox, line_box


def line(text: str, width: int, height: int) -> TextLine:
    return TextLine(text, 1.0, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.int32))


def test_a_line_is_upright_from_one_and_a_half_times_its_width_on() -> None:
    assert line_box(line("ab", 20, 29)) == LineBox((0, 29), (20, 29), (0, 0))
    assert line_box(line("ab", 20, 30)) == LineBox((0, 0), (0, 30), (20, 0))


def test_a_single_character_that_is_high_and_narrow_is_not_turned() -> None:
    assert line_box(line(" 1 ", 20, 60)) == LineBox((0, 60), (20, 60), (0, 0))


@pytest.mark.parametrize(
    ("direction", "box"),
    [
        ("right", LineBox((0, 60), (20, 60), (0, 0))),
        ("down", LineBox((0, 0), (0, 60), (20, 0))),
        ("left", LineBox((20, 0), (0, 0), (20, 60))),
        ("up", LineBox((20, 60), (20, 0), (0, 60))),
    ],
)
def test_the_direction_that_an_aid_found_goes_before_the_shape(direction: Direction, box: LineBox) -> None:
    assert line_box(replace(line("ab", 20, 60), direction=direction)) == box
