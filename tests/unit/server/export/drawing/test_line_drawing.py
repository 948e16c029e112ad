"""Tests of server/export/drawing/line_drawing.py: any polygon, and nothing touched outside its rectangle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.export.drawing.line_drawing import draw_line, side_lengths
from server.export.drawing.text_drawing import TextBrush
from tests.unit.server.export.results import blank, quad

RED = (0, 0, 255)
COORDINATE = st.one_of(st.integers(-40, 140), st.integers(-32_768, 32_767))
POLYGON = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=4, max_size=4)


def _corners(points: object) -> np.ndarray:
    return np.asarray(points, np.float32)


def test_text_and_outline_are_inside_the_polygons_rectangle() -> None:
    image = blank(200, 100)
    draw_line(image, TextBrush(), _corners(quad(20, 30, 150, 60)), "Gate 7", RED)
    changed = (image < 255).any(axis=2)
    assert (np.flatnonzero(changed.any(axis=0))[[0, -1]] == [20, 150]).all()
    assert (np.flatnonzero(changed.any(axis=1))[[0, -1]] == [30, 60]).all()
    assert tuple(image[30, 80]) == RED
    assert (image[31:60, 21:150].max(axis=2) < 128).sum() > 100


def test_a_turned_polygon_turns_its_text() -> None:
    upright, turned = blank(120, 120), blank(120, 120)
    square = quad(20, 20, 100, 100)
    draw_line(upright, TextBrush(), _corners(square), "L7", (255, 255, 255))
    draw_line(turned, TextBrush(), _corners(np.roll(square, -1, axis=0)), "L7", (255, 255, 255))
    difference = np.rot90(upright[20:100, 20:100], -1).astype(int) - turned[20:100, 21:101]
    assert np.abs(difference).mean() < 2


def test_a_tall_narrow_polygon_is_written_downwards() -> None:
    image = blank(60, 220)
    draw_line(image, TextBrush(), _corners(quad(10, 10, 40, 210)), "漢字漢字", (255, 255, 255))
    assert all((image[start : start + 50] < 128).sum() > 60 for start in (10, 60, 110, 160))


def test_what_was_drawn_before_stays_visible() -> None:
    image = blank(200, 100)
    draw_line(image, TextBrush(), _corners(quad(20, 30, 150, 60)), "below", (0, 0, 0))
    before = image.copy()
    draw_line(image, TextBrush(), _corners(quad(10, 20, 160, 70)), "", RED)
    assert (image <= before).all()
    assert (image < before).any()


@pytest.mark.parametrize("polygon", [quad(300, 0, 400, 20), quad(-50, -50, -2, -2)])
def test_a_polygon_outside_touches_nothing(polygon: np.ndarray) -> None:
    image = blank(100, 100)
    draw_line(image, TextBrush(), _corners(polygon), "lost", RED)
    assert (image == 255).all()


def test_a_polygon_without_area_is_its_outline() -> None:
    image = blank(100, 100)
    draw_line(image, TextBrush(), _corners([[10, 50], [90, 50], [90, 50], [10, 50]]), "flat", RED)
    assert np.flatnonzero((image < 255).any(axis=2).any(axis=1)).tolist() == [50]


@given(POLYGON, st.text(max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_polygon_is_survived(points: list[tuple[int, int]], text: str) -> None:
    image = blank(100, 100)
    draw_line(image, TextBrush(), _corners(points), text, RED)
    low, high = np.clip(np.min(points, axis=0), 0, 100), np.clip(np.max(points, axis=0) + 1, 0, 100)
    outside = np.ones((100, 100), bool)
    outside[low[1] : high[1], low[0] : high[0]] = False
    assert (image[outside] == 255).all()


def test_side_lengths_are_whole_pixels_of_the_top_and_the_left_side() -> None:
    assert side_lengths(_corners([[0, 0], [3, 4], [9, 9], [0, 7]])) == (5, 7)
