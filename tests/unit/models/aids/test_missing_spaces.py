"""Spaces in the gaps of a line: which gaps become spaces, and that places, scores and other lines stay."""

import numpy as np
import pytest

from models.aids.missing_spaces import with_missing_spaces
from models.document import Image
from models.ops.crop import LineRegion, locate_line
from models.ops.ctc import DecodedLine
from models.stages.recognition import ReadLine
from tests.layout.ink import Pen, blank
from tests.unit.models.aids.small_models import read, texts

HEIGHT, LETTER, USUAL = 40, 16, 4
STEPS = 400


def line(text: str, gaps: dict[int, int], *, light: bool = False) -> tuple[Image, LineRegion, ReadLine]:
    """A line whose characters are bars; ``gaps`` are the widths in pixels of those that are not usual, by number."""
    lefts, left = [], 10
    for number in range(len(text)):
        lefts.append(left)
        left += LETTER + gaps.get(number, USUAL)
    page = blank(left + 40, HEIGHT + 20)
    for at, character in zip(lefts, text, strict=True):
        if character != " ":
            page[20:40, at : at + LETTER] = 0
    if light:
        page = 255 - page
    corners = np.array([[0, 10], [left + 20, 10], [left + 20, 10 + HEIGHT], [0, 10 + HEIGHT]], np.int32)
    region = locate_line(corners)
    assert region is not None
    columns = tuple(int((at + LETTER / 2) / region.width * STEPS) for at in lefts)
    scores = tuple(0.9 + number / 1000 for number in range(len(text)))
    return page, region, ReadLine(DecodedLine(text, 0.95, scores, columns, STEPS), 1.0)


def spaced(text: str, gaps: dict[int, int], *, light: bool = False) -> str:
    return with_missing_spaces(*line(text, gaps, light=light)).decoded.text


@pytest.mark.parametrize("light", [False, True])
def test_a_wide_gap_becomes_a_space(light: bool) -> None:
    assert spaced("TEL:034", {3: 14}, light=light) == "TEL: 034"
    assert spaced("Дом5", {2: 14}, light=light) == "Дом 5"


def test_a_gap_that_is_no_wider_than_usual_stays() -> None:
    assert spaced("letters", {}) == "letters"
    assert spaced("letters", {3: 10}) == "letters"
    assert spaced("spaced", dict.fromkeys(range(6), 14)) == "spaced"


def test_a_gap_that_is_narrower_than_the_spaces_of_its_line_stays() -> None:
    assert spaced("only one", {2: 22}) == "onl y one"
    assert spaced("only one", {2: 22, 3: 8, 4: 8}) == "only one"


def test_letters_and_digits_need_a_wider_gap() -> None:
    assert spaced("abcdef", {2: 13}) == "abcdef"
    assert spaced("abc:ef", {3: 13}) == "abc: ef"
    assert spaced("abcdef", {2: 15}) == "abc def"
    assert spaced("012345", {2: 14}) == "012345"
    assert spaced("012345", {2: 18}) == "012 345"


def test_no_space_is_put_before_a_mark_beside_a_space_or_between_chinese_characters() -> None:
    assert spaced("amount,no", {5: 20}) == "amount,no"
    assert spaced("two words", {2: 20, 3: 20}) == "two words"
    assert spaced("\u6c5f\u6cb3\u6e56", {0: 20}) == "\u6c5f\u6cb3\u6e56"
    assert spaced("\u6c5fA", {0: 20}) == "\u6c5fA"


def test_a_new_space_has_a_place_and_a_score_and_the_line_keeps_its_own() -> None:
    page, region, before = line("abcd", {1: 20})
    after = with_missing_spaces(page, region, before).decoded
    places = before.decoded.columns
    assert after.text == "ab cd"
    assert after.columns == (*places[:2], (places[1] + places[2]) // 2, *places[2:])
    assert after.char_scores == (0.9, 0.901, 0.901, 0.902, 0.903)
    assert after.score == before.decoded.score


def test_a_line_without_text_is_left() -> None:
    page, region, _ = line("", {})
    nothing = ReadLine(DecodedLine("", 0.0, (), (), STEPS), 1.0)
    assert with_missing_spaces(page, region, nothing) is nothing


@pytest.mark.parametrize(("left", "right"), [("TEL:", "03-4021"), ("2018", "12:51:34")])
def test_a_space_that_the_recogniser_leaves_out_is_read(left: str, right: str) -> None:
    page, pen = blank(500, 100), Pen("pillow", 28)
    pen.write(page, left, 40, 30)
    pen.write(page, right, 40 + pen.width(left) + 14, 30)
    assert texts(read(page)) == [left + right]
    assert texts(read(page, "missing_spaces")) == [f"{left} {right}"]
