"""The measures that accuracy figures are made of."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.metrics import Bag, characters, edit_distance, words
from tests.evaluation_data import REPOSITORY

COMPARING = ("apted", "lxml", "opencc", "rapidfuzz", "scipy", "shapely")


def test_words_lose_case_and_outer_punctuation_only() -> None:
    assert words(["Total: (12.50)", "-- e-mail!"]) == ["total", "12.50", "e-mail"]


def test_characters_lose_white_space() -> None:
    assert characters(["灯 港", "a b"]) == "灯港ab"


def test_a_bag_counts_repeated_words() -> None:
    bag = Bag()
    bag.add(["a", "a", "b"], ["a", "b", "b"])
    assert bag.f1 == pytest.approx(100 * 2 / 3)


def test_a_bag_adds_pages_up_by_their_length() -> None:
    bag = Bag()
    bag.add(["a"], ["a"])
    bag.add([], ["x"] * 9)
    assert (bag.hits, bag.read, bag.true) == (1, 1, 10)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("灯港", "港灯", 2), ("flaw", "lawn", 2), ("ab", "ab", 0)],
)
def test_edit_distance(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


@given(st.text(alphabet="abc 灯𠮷"), st.text(alphabet="abc 灯𠮷"))
def test_the_edit_distance_is_that_of_the_tool_that_compares_services(a: str, b: str) -> None:
    assert edit_distance(a, b) == Levenshtein.distance(a, b)


@given(st.text(alphabet='aBc1 \n.,(-)"é'))
def test_latin_words_are_those_of_the_tool_that_compares_services(text: str) -> None:
    assert words(text.splitlines()) == STANDARD.words(text)


def test_the_measures_need_no_package_of_that_tool() -> None:
    blocked = f"import sys; sys.modules |= dict.fromkeys({COMPARING!r}); import benchmarks.metrics"
    subprocess.run([sys.executable, "-c", blocked], check=True, cwd=REPOSITORY)
