"""The words of lines: where they begin and end, their boxes, and how sure they are."""

from dataclasses import replace

import numpy as np
import pytest

from models.document import TextLine
from server.export.files.page_words import bounds_of, language_of, placed_lines
from server.export.text import clean_text
from tests.unit.server.export.files.file_pages import text_line, turned_line

SIZE = (800, 1000)


def placed(line: TextLine, size: tuple[int, int] = SIZE):
    (found,) = placed_lines([line], size)
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gate 7 closes", ["Gate", "7", "closes"]),
        ("  two\u3000 \t wide\u00a0spaces ", ["two", "wide", "spaces"]),
        ("门7号a b", ["门", "7", "号", "a", "b"]),
        ("東京タワー、です。", list("東京タワー、です。")),
        ("か\u3099き", ["か\u3099", "き"]),
        ("a\u0301b", ["a\u0301b"]),
        ("서울 시청", ["서울", "시청"]),
        ("สวัสดี ครับ", ["สวัสดี", "ครับ"]),
        ("a\x00b\ud800c", ["abc"]),
        ("a \x00 b", ["a", "b"]),
        ("\x1c\x1f", []),
        ("", []),
        ("\u0301", ["\u0301"]),
    ],
)
def test_words_end_at_white_space_and_chinese_characters_stand_alone(text, words):
    lines = placed_lines([text_line(text, 10, 10, 400, 50)], SIZE)
    assert [word.text for line in lines for word in line.words] == words
    assert "".join(line.text for line in lines) == clean_text(text)


def test_only_white_space_of_the_page_stands_between_words():
    words = placed(text_line("第1 页abc", 10, 10, 400, 50)).words
    assert [(word.text, word.after_space) for word in words] == [
        ("第", False), ("1", False), ("页", True), ("abc", False),
    ]  # fmt: skip


def test_boxes_and_confidence_come_from_the_characters():
    line = replace(
        text_line("ab cd", 100, 200, 600, 240),
        char_positions=(0.1, 0.14, 0.18, 0.5, 0.54),
        char_scores=(0.9, 0.7, 0.1, 1.0, 0.98),
    )
    first, second = placed(line).words
    # A cell ends in the middle between two characters, and is no wider than a square of 40 pixels.
    assert (first.bounds, second.bounds) == ((130, 200, 180, 240), (330, 200, 390, 240))
    assert first.confidence == pytest.approx(0.8)
    assert second.confidence == pytest.approx(0.99)


def test_without_places_each_character_has_its_share_and_a_wide_one_twice_as_much():
    line = placed(text_line("ab 门", 0, 0, 100, 20))
    assert [word.bounds for word in line.words] == [(0, 0, 40, 20), (70, 0, 90, 20)]
    assert {word.confidence for word in line.words} == {0.9}


def test_scores_and_places_that_do_not_fit_the_text_are_not_used():
    line = replace(text_line("ab", 0, 0, 100, 20), char_positions=(0.9,), char_scores=(0.1, 0.2, 0.3))
    (word,) = placed(line).words
    assert (word.bounds[0], word.confidence) == (15, 0.9)


def test_words_stay_inside_their_line_and_the_page():
    for line in (text_line("over the edge", -30, -10, 900, 40), turned_line("leaning words", (30, 40), (300, 40), 12)):
        found = placed(line)
        left, top, right, bottom = found.bounds
        assert (left, top) >= (0, 0)
        assert right <= SIZE[0]
        assert bottom <= SIZE[1]
        for word in found.words:
            assert left <= word.bounds[0] <= word.bounds[2] <= right
            assert top <= word.bounds[1] <= word.bounds[3] <= bottom


def test_a_line_without_area_has_words_without_area():
    point = placed(TextLine("a b", 0.5, np.full((4, 2), 7, np.int32)))
    assert {word.bounds for word in point.words} == {(7, 7, 7, 7)}


def test_text_from_right_to_left_has_its_first_word_at_the_right():
    line = placed(text_line("شكرا جزيلا 12", 0, 0, 400, 40))
    assert line.right_to_left
    lefts = [word.bounds[0] for word in line.words]
    assert lefts == sorted(lefts, reverse=True)
    assert not placed(text_line("12 thanks شكرا", 0, 0, 400, 40)).right_to_left


@pytest.mark.parametrize(
    ("text", "degrees", "stands"),
    [
        ("竖排文字", 90, True),
        ("竖排abcdef", 90, False),
        ("sideways", 90, False),
        ("横排文字", 0, False),
        ("倒", 180, False),
    ],
)
def test_chinese_characters_one_below_the_other_stand_upright(text, degrees, stands):
    assert placed(turned_line(text, (400, 500), (300, 40), degrees)).stands is stands


@pytest.mark.parametrize(
    ("degrees", "baseline"),
    [(0, ((250, 512), (550, 512))), (90, ((388, 350), (388, 650))), (-90, ((412, 650), (412, 350)))],
)
def test_the_baseline_is_a_fifth_above_the_lower_edge_in_the_direction_of_reading(degrees, baseline):
    line = turned_line("some words", (400, 500), (300, 40), degrees)
    if degrees < 0:
        line = replace(line, direction="up", quad=np.roll(line.quad, -1, axis=0))
    assert placed(line).baseline == baseline


def test_bounds_of_several_boxes():
    assert bounds_of([(5, 6, 7, 8), (1, 7, 6, 20)]) == (1, 6, 7, 20)


@pytest.mark.parametrize(
    ("text", "page_script", "language"),
    [
        ("第一页 page", "han", "zh"),
        ("第一頁", "kana", "ja"),
        ("東京タワーです", "kana", "ja"),
        ("서울 시청", "hangul", "ko"),
        ("大韓民國", "hangul", "ko"),
        ("สวัสดี", "thai", "th"),
        ("Καλημέρα", "greek", "el"),
        ("Guten Morgen", "latin", None),
        ("English on a Chinese page", "han", None),
        ("Добрый день", "cyrillic", None),
        ("12:30", "none", None),
    ],
)
def test_a_language_is_told_where_the_script_has_only_one(text, page_script, language):
    assert language_of([placed(text_line(text, 0, 0, 400, 40))], page_script) == language
