"""Geometry of character boxes, on straight, slanted, upright and turned lines."""

from dataclasses import replace

import numpy as np
import pytest

from models.characters import character_boxes, character_quads
from models.document import TextLine

FLAT = ((10, 20), (410, 20), (410, 60), (10, 60))


def line_on(corners: tuple[tuple[int, int], ...], *positions: float, text: str | None = None) -> TextLine:
    return TextLine(text or "abcdefgh"[: len(positions)], 1.0, np.array(corners, np.int32), (), (), positions)


def rotated(degrees: float, width: float = 400, height: float = 40) -> tuple[tuple[int, int], ...]:
    """A line around (500, 500), turned counter-clockwise as seen on the page."""
    angle = np.radians(-degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    return tuple((round(x), round(y)) for x, y in corners @ turn.T + 500)


def centre(quad: tuple[float, ...]) -> np.ndarray:
    return np.array(quad).reshape(4, 2).mean(axis=0)


def test_cells_meet_between_neighbours_and_are_never_wider_than_a_square() -> None:
    assert character_boxes(line_on(FLAT, 0.1, 0.16, 0.9)) == ((30, 20, 32, 40), (62, 20, 32, 40), (350, 20, 40, 40))


def test_a_cell_ends_with_its_line() -> None:
    assert character_boxes(line_on(FLAT, 0.0, 1.0)) == ((10, 20, 20, 40), (390, 20, 20, 40))


@pytest.mark.parametrize("degrees", [0, 7, -20, 40, -40])
def test_a_slanted_line_has_slanted_cells_along_it(degrees: float) -> None:
    corners = rotated(degrees)
    quads = character_quads(line_on(corners, 0.25, 0.5, 0.75))
    left, right = np.array(corners)[[0, 3]].mean(axis=0), np.array(corners)[[1, 2]].mean(axis=0)
    for quad, fraction in zip(quads, (0.25, 0.5, 0.75), strict=True):
        assert centre(quad) == pytest.approx(left + (right - left) * fraction, abs=1)
        x0, y0, x1, y1, x2, y2, _, _ = quad
        assert np.hypot(x1 - x0, y1 - y0) == pytest.approx(40, abs=1)
        assert np.hypot(x2 - x1, y2 - y1) == pytest.approx(40, abs=1)


def test_an_upright_line_runs_from_top_to_bottom() -> None:
    corners = ((100, 50), (140, 50), (140, 450), (100, 450))
    assert character_boxes(line_on(corners, 0.1, 0.2)) == ((100, 70, 40, 40), (100, 110, 40, 40))


def test_a_slanted_upright_line_runs_down_its_sides() -> None:
    corners = ((100, 50), (140, 53), (110, 453), (70, 450))
    first, last = character_quads(line_on(corners, 0.1, 0.9))
    assert centre(first) == pytest.approx((117, 92), abs=1)
    assert centre(last) == pytest.approx((93, 412), abs=1)


def test_a_line_from_right_to_left_has_its_cells_in_the_order_of_its_text() -> None:
    boxes = character_boxes(line_on(FLAT, 0.9, 0.5, 0.1))
    assert boxes == character_boxes(line_on(FLAT, 0.1, 0.5, 0.9))[::-1]


def test_characters_that_were_read_as_one_share_a_cell() -> None:
    first, second, third = character_boxes(line_on(FLAT, 0.2, 0.2, 0.28, text="🇩🇪a"))
    assert first == second
    assert third[0] > first[0]


def test_no_text_has_no_cells() -> None:
    assert character_boxes(line_on(FLAT)) == ()


def test_a_line_without_length_has_cells_without_width() -> None:
    assert character_boxes(line_on(((10, 10), (10, 10), (10, 10), (10, 10)), 0.5)) == ((10, 10, 0, 0),)


def test_the_direction_that_an_aid_found_tells_the_edges_that_characters_run_along() -> None:
    high = line_on(((100, 50), (140, 50), (140, 450), (100, 450)), 0.25, 0.75)
    down, upright = replace(high, direction="down"), replace(high, direction="right")
    assert character_boxes(down) == character_boxes(high) == ((100, 130, 40, 40), (100, 330, 40, 40))
    assert character_boxes(upright) == ((100, 50, 20, 400), (120, 50, 20, 400))


def test_a_leaning_line_whose_corners_an_aid_has_ordered_runs_down_its_sides() -> None:
    line = replace(line_on(((138, 69), (186, 71), (124, 1236), (76, 1234)), 0.0, 1.0), direction="down")
    first, last = character_quads(line)
    assert centre(first) == pytest.approx((162, 82), abs=2)
    assert centre(last) == pytest.approx((100, 1223), abs=2)
