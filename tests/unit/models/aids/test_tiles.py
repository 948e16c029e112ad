"""Tiles of long pages, the boxes that are joined across them, and long pages that are read only in tiles."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.aids.tiles import GAIN, OVERLAP, TILE_RATIO, join_tiles, tiles_of
from models.document import TextBox
from models.stages.pages import Part
from tests.layout.ink import WORDS, Pen, blank
from tests.unit.models.aids.small_models import codes, read, texts

UPPER, LOWER = Part(0, 0, 1000, 800), Part(900, 0, 1900, 800)
LEFT, RIGHT = Part(0, 0, 60, 1000), Part(0, 900, 60, 1900)


def box(left: int, top: int, right: int, bottom: int, score: float = 0.8) -> TextBox:
    return TextBox(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32), score)


def places(boxes: list[TextBox]) -> list[list[int]]:
    return sorted([*each.quad[0].tolist(), *each.quad[2].tolist()] for each in boxes)


@given(st.integers(1, 3000), st.integers(0, 40_000), st.integers(64, 4000))
def test_tiles_cover_a_long_page_and_have_one_size(short: int, more: int, limit: int) -> None:
    long = short + more
    tiles = tiles_of(long, short, limit)
    assert (tiles[0].top, tiles[-1].bottom) == (0, long)
    assert {(tile.left, tile.right) for tile in tiles} == {(0, short)}
    assert len({tile.bottom - tile.top for tile in tiles}) == 1
    length = max(limit, TILE_RATIO * short)
    assert (len(tiles) > 1) == (long >= GAIN * np.ceil(length))
    for before, after in pairwise(tiles):
        assert before.bottom - after.top >= OVERLAP * length - 3
        assert before.bottom - before.top <= length + 1


def test_a_wide_page_is_cut_from_the_left() -> None:
    assert [(part.top, part.bottom) for part in tiles_of(72, 16_570, 1600)] == [(0, 72)] * 12


def test_a_line_that_both_tiles_show_is_one_line() -> None:
    joined = join_tiles([UPPER, LOWER], [[box(50, 930, 700, 960)], [box(51, 30, 702, 61, 0.9)]])
    assert places(joined) == [[50, 930, 702, 961]]
    assert joined[0].score == 0.9


def test_half_a_line_belongs_to_the_whole_one_in_the_other_tile() -> None:
    joined = join_tiles([UPPER, LOWER], [[box(50, 985, 700, 1000)], [box(50, 80, 700, 112)]])
    assert places(joined) == [[50, 980, 700, 1012]]


def test_a_line_across_a_seam_is_put_together() -> None:
    joined = join_tiles([LEFT, RIGHT], [[box(40, 20, 1000, 50)], [box(0, 21, 700, 51)]])
    assert places(joined) == [[40, 20, 1600, 51]]


def test_a_line_across_many_tiles_is_one_line() -> None:
    tiles = tiles_of(60, 9000, 1600)
    boxes = [[box(0, 20, tile.right - tile.left, 50)] for tile in tiles]
    assert places(join_tiles(tiles, boxes)) == [[0, 20, 9000, 50]]


def test_neighbours_in_a_seam_stay_apart() -> None:
    above, below = box(50, 910, 700, 945), box(50, 940, 700, 975)
    seen_again = [box(50, 10, 700, 45), box(50, 40, 700, 75)]
    assert places(join_tiles([UPPER, LOWER], [[above, below], seen_again])) == [
        [50, 910, 700, 945],
        [50, 940, 700, 975],
    ]
    words = [box(905, 20, 945, 50), box(950, 20, 998, 50)]
    assert len(join_tiles([LEFT, RIGHT], [words, [box(5, 20, 45, 50), box(50, 20, 300, 50)]])) == 2


def test_lines_beside_each_other_stay_apart() -> None:
    joined = join_tiles([UPPER, LOWER], [[box(50, 930, 300, 960)], [box(400, 30, 700, 60)]])
    assert len(joined) == 2


def test_tiles_without_text_are_no_trouble() -> None:
    assert join_tiles([UPPER, LOWER], [[], []]) == []
    assert len(join_tiles([UPPER, LOWER], [[], [box(50, 80, 700, 112)]])) == 1


@pytest.mark.parametrize("font", ["opencv", "pillow"])
def test_a_tall_screenshot_is_read(font: str) -> None:
    pen = Pen(font, 18)  # type: ignore[arg-type]
    lines = [" ".join(WORDS[4 * number : 4 * number + 4]) for number in range(25)] * 5
    page = blank(420, 44 * len(lines) + 60)
    for number, line in enumerate(lines):
        pen.write(page, line, 20, 30 + 44 * number)
    plain, tiled = read(page), read(page, "tiles")
    assert texts(plain) != lines
    assert texts(tiled) == lines
    assert codes(tiled) == [("page_tiled", None)]


def test_the_line_of_a_wide_strip_is_read() -> None:
    text = " ".join(WORDS[:80] * 2)
    pen = Pen("pillow", 26)
    page = blank(pen.width(text) + 60, 400)
    pen.write(page, text, 30, 180)
    assert texts(read(page, "split_long_lines")) != [text]
    assert texts(read(page, "split_long_lines", "tiles")) == [text]
