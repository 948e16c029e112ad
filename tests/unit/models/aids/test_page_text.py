"""The way back from the picture that was read to the page."""

import numpy as np
import pytest

from models.aids.page_text import PageText, runs_down, turned_back, with_edge_warnings, without_margin
from models.document import Direction, TextBox, TextLine, Word
from models.ops.rotate import Angle, rotate_image
from models.reading_aids import ReadingWarning


def quad(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


def line(
    box: np.ndarray, direction: Direction | None = None, word: tuple[int, int, int, int] = (0, 0, 1, 1)
) -> TextLine:
    return TextLine("abc", 0.9, box, (0.9,) * 3, (Word("abc", word),), (0.0, 0.5, 1.0), direction)


def text(*lines: TextLine) -> PageText:
    return PageText(tuple(TextBox(each.quad, 0.8) for each in lines), (-1,) * len(lines), lines)


def test_the_direction_of_a_line_goes_before_the_shape_of_its_box() -> None:
    assert runs_down(line(quad(0, 0, 20, 60)))
    assert not runs_down(line(quad(0, 0, 60, 20)))
    assert runs_down(line(quad(0, 0, 60, 20), "up"))
    assert not runs_down(line(quad(0, 0, 20, 60), "left"))


def test_text_moves_back_by_the_margin() -> None:
    back = without_margin(text(line(quad(30, 40, 130, 60), word=(30, 40, 80, 60))), 16, (100, 200))
    assert back.boxes[0].quad.tolist() == quad(14, 24, 114, 44).tolist()
    assert back.lines[0].quad.tolist() == quad(14, 24, 114, 44).tolist()
    assert back.lines[0].words[0].box == (14, 24, 64, 44)
    assert back.lines[0].char_positions == (0.0, 0.5, 1.0)


def test_what_lies_in_the_margin_is_clipped_and_the_characters_stay_where_they_are() -> None:
    back = without_margin(text(line(quad(6, 10, 226, 50), word=(6, 10, 226, 50))), 16, (30, 200))
    assert back.lines[0].quad.tolist() == quad(0, 0, 200, 30).tolist()
    assert back.lines[0].words[0].box == (0, 0, 200, 30)
    # They were at -10, 100 and 210 of the page.
    assert back.lines[0].char_positions == (0.0, 0.5, 1.0)
    back = without_margin(text(line(quad(6, 10, 116, 50))), 16, (30, 200))
    assert back.lines[0].char_positions == pytest.approx((0.0, 0.45, 1.0))
    back = without_margin(text(line(quad(10, 6, 50, 116))), 16, (200, 30))
    assert back.lines[0].char_positions == pytest.approx((0.0, 0.45, 1.0))


def test_lines_at_the_edge_are_told_after_the_other_warnings() -> None:
    lines = (line(quad(30, 40, 130, 60)), line(quad(30, 70, 130, 100)))
    found = with_edge_warnings(PageText((), (), lines, (("page_tiled", None),)), (100, 200))
    assert found.warnings == (("page_tiled", None), ("text_at_edge", 1))
    assert found.reported(4)[1] == ReadingWarning("text_at_edge", 4, 1)


@pytest.mark.parametrize(
    ("angle", "direction", "places"),
    [(90, "down", (0.0, 0.5, 1.0)), (180, "left", (1.0, 0.5, 0.0)), (270, "up", (1.0, 0.5, 0.0))],
)
def test_a_line_of_a_rotated_page_is_turned_back(angle: Angle, direction: Direction, places: tuple[float, ...]) -> None:
    page = np.zeros((80, 100, 3), np.uint8)
    page[20:40, 10:70] = 255
    rotated = rotate_image(page, angle)
    ys, xs = np.nonzero(rotated[:, :, 0])
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    flat = line(quad(*box), "right", word=box)
    back = turned_back(text(flat), angle, (80, 100))
    assert back.lines[0].quad.tolist() == back.boxes[0].quad.tolist() == quad(10, 20, 70, 40).tolist()
    assert back.lines[0].words[0].box == (10, 20, 70, 40)
    assert (back.lines[0].direction, back.lines[0].char_positions) == (direction, places)
    assert back.warnings == (("page_turned", None),)


def test_lines_on_end_turn_with_their_page() -> None:
    on_end = line(quad(10, 10, 30, 70))
    assert turned_back(text(on_end), 90, (80, 100)).lines[0].direction == "left"
    assert turned_back(text(on_end), 90, (80, 100)).lines[0].char_positions == (1.0, 0.5, 0.0)
    assert turned_back(text(on_end), 270, (80, 100)).lines[0].direction == "right"
    assert turned_back(text(on_end), 270, (80, 100)).lines[0].char_positions == (0.0, 0.5, 1.0)


def test_a_page_that_was_not_rotated_keeps_its_text() -> None:
    found = text(line(quad(10, 20, 50, 40)))
    assert turned_back(found, 0, (100, 100)) is found
