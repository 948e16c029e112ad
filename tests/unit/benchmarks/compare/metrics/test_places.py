"""Words along a line."""

import pytest

from benchmarks.compare.metrics.normalise import AS_READ, STANDARD
from benchmarks.compare.metrics.places import placed_words, split
from benchmarks.compare.model import AnswerLine
from benchmarks.compare.polygons import box


def test_words_lie_in_proportion_to_their_characters() -> None:
    words = split("ab cdefg hi", box(0, 0, 110, 10), AS_READ)
    assert [word for word, _ in words] == ["ab", "cdefg", "hi"]
    edges = [x for _, place in words for x in (place[0][0], place[1][0])]
    assert edges == pytest.approx([0, 20, 30, 80, 90, 110])


def test_wide_characters_count_twice() -> None:
    (_, han), (_, latin) = split("北京 abc", box(0, 0, 80, 10), AS_READ)
    assert (han[0][0], han[1][0], latin[0][0], latin[1][0]) == pytest.approx((0, 40, 50, 80))


def test_words_are_split_at_white_space_alone_and_empty_ones_are_left_out() -> None:
    assert [word for word, _ in split("北京 ... (OK)", box(0, 0, 80, 10), STANDARD)] == ["北京", "ok"]


def test_a_line_higher_than_wide_runs_down() -> None:
    first, second = split("ab cd", box(0, 0, 10, 50), AS_READ)
    ys = [y for _, place in (first, second) for y in sorted({y for _, y in place})]
    assert ys == pytest.approx([0, 20, 30, 50])


def test_lines_without_a_place_are_left_out() -> None:
    assert placed_words([AnswerLine("a b")], AS_READ) == []
