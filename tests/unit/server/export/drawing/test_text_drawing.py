"""Tests of server/export/drawing/text_drawing.py: letters of many scripts, any string at all, and threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.export.drawing.text_drawing import TextBrush, Tile, drawable

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def _ink(tile: Tile) -> int:
    return int((tile < 128).sum())


def _glyph(character: str) -> Tile:
    return TextBrush().horizontal(character, 40, 40)


@pytest.mark.parametrize("character", list("AßéŁĞÇ漢发票電あカ한글ЯЇЄΩά€￥№①％，。《》【】…—°℃"))
def test_common_characters_of_many_scripts_have_their_own_glyph(character: str) -> None:
    tile = _glyph(character)
    assert _ink(tile) > 0
    assert not np.array_equal(tile, _glyph("?"))


def test_an_unknown_character_is_a_question_mark() -> None:
    assert np.array_equal(_glyph("\U0001f600"), _glyph("?"))


def test_a_text_that_is_too_long_shrinks_into_the_width() -> None:
    tile = TextBrush().horizontal("W" * 30, 120, 40)
    columns = np.flatnonzero((tile < 255).any(axis=0))
    assert columns[0] < 10
    assert 80 < columns[-1] < 120


def test_a_line_is_in_the_middle_of_its_tile() -> None:
    rows = np.flatnonzero((TextBrush().horizontal("HEX", 200, 60) < 128).any(axis=1))
    assert abs((rows[0] + rows[-1]) / 2 - 30) < 4


def test_a_column_has_each_character_in_its_own_share() -> None:
    tile = TextBrush().vertical("漢字列", 30, 120)
    assert [_ink(tile[start : start + 40]) > 20 for start in (0, 40, 80)] == [True] * 3
    columns = np.flatnonzero((tile < 128).any(axis=0))
    assert abs((columns[0] + columns[-1]) / 2 - 15) < 4


@given(ANY_TEXT, st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_any_text_fits_any_tile(text: str, width: int, height: int) -> None:
    brush = TextBrush()
    for tile in (brush.horizontal(text, width, height), brush.vertical(text, width, height)):
        assert tile.shape == (height, width)


def test_a_text_of_a_million_characters_costs_no_more_than_its_pixels() -> None:
    assert TextBrush().horizontal("x" * 1_000_000, 50, 20).shape == (20, 50)
    assert TextBrush().vertical("x" * 1_000_000, 20, 50).shape == (50, 20)


@pytest.mark.parametrize("text", ["", " ", "\x00\x07", "\u3000", "\n\t"])
def test_nothing_visible_leaves_the_tile_white(text: str) -> None:
    assert _ink(TextBrush().horizontal(text, 40, 40)) == 0


def test_control_characters_and_surrogates_become_spaces() -> None:
    assert drawable("a\x00b\nc\ud800d\u202ee") == "a b c d e"


def test_brushes_of_many_threads_draw_what_one_draws() -> None:
    jobs = [(text, size) for text in ("Invoice 漢字", "Привет", "한국어 No. 5") for size in range(12, 48)]
    expected = [TextBrush().horizontal(text, 200, size) for text, size in jobs]

    def draw_all(_: int) -> list[Tile]:
        brush = TextBrush()
        return [brush.horizontal(text, 200, size) for text, size in jobs]

    with ThreadPoolExecutor(6) as pool:
        for drawn in pool.map(draw_all, range(12)):
            assert all(np.array_equal(one, other) for one, other in zip(drawn, expected, strict=True))
