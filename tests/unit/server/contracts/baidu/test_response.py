import numpy as np
import pytest

from models.document import PageResult, Preprocessed, TextLine
from models.options import OcrDefaults, OcrOverrides
from server.contracts.baidu.request import Call
from server.contracts.baidu.response import direction, page_part

QUAD = np.array([[10, 20], [110, 20], [110, 40], [10, 40]], np.int32)
OPTIONS = OcrDefaults().resolve(OcrOverrides())


def call(**asked) -> Call:
    flags = dict.fromkeys(("detect_direction", "detect_language", "paragraph", "probability", "located"), False)
    return Call(source="image", page=0, group=None, **{**flags, **asked})


def page(*lines: TextLine, angle: int = -1, size: tuple[int, int] = (200, 300)) -> PageResult:
    image = np.full((*size, 3), 255, np.uint8)
    return PageResult(OPTIONS, Preprocessed(image, angle), (), (), lines)


def line(text: str, *scores: float) -> TextLine:
    positions = tuple((index + 0.5) / len(text) for index in range(len(text)))
    return TextLine(text, 0.9, QUAD, scores or (0.9,) * len(text), (), positions)


@pytest.mark.parametrize(("angle", "expected"), [(-1, -1), (0, 0), (270, 1), (180, 2), (90, 3)])
def test_direction(angle, expected):
    assert direction(angle) == expected
    assert page_part(page(angle=angle), call(detect_direction=True))["direction"] == expected


def test_lines_without_text_are_left_out_and_paragraphs_count_the_others():
    content = page_part(page(line("one"), TextLine("", 0.0, QUAD), line(" "), line("two")), call(paragraph=True))
    assert [each["words"] for each in content["words_result"]] == ["one", "two"]
    assert sorted(index for each in content["paragraphs_result"] for index in each["words_result_idx"]) == [0, 1]


def test_probability_is_of_the_population():
    (result,) = page_part(page(line("ab", 0.8, 0.6)), call(probability=True))["words_result"]
    assert result["probability"] == pytest.approx({"average": 0.7, "variance": 0.01, "min": 0.6})
    (result,) = page_part(page(line("a", 0.8)), call(probability=True))["words_result"]
    assert result["probability"] == {"average": 0.8, "variance": 0.0, "min": 0.8}


@pytest.mark.parametrize(
    ("angle", "expected"),
    [
        (0, {"left": 10, "top": 20, "width": 100, "height": 20}),
        # The page of 300 by 200 was 200 by 300 before it was turned by a quarter.
        (90, {"left": 160, "top": 10, "width": 20, "height": 100}),
        (180, {"left": 190, "top": 160, "width": 100, "height": 20}),
        (270, {"left": 20, "top": 190, "width": 20, "height": 100}),
    ],
)
def test_positions_are_those_of_the_submitted_image(angle, expected):
    (result,) = page_part(page(line("ab"), angle=angle), call(located=True))["words_result"]
    assert result["location"] == expected


def test_words_of_latin_letters_and_single_characters_of_others():
    asked = call(located=True, characters=True, character_probability=True)
    (result,) = page_part(page(line("门Gate 7é号", *[0.5, *[0.8, 0.6] * 4])), asked)["words_result"]
    assert [each["char"] for each in result["chars"]] == ["门", "Gate", "7é", "号"]
    assert [each["char_prob"] for each in result["chars"]] == pytest.approx([0.5, 0.7, 0.7, 0.6])


def test_each_row_of_a_table_is_a_paragraph():
    def cell(text: str, x: int, y: int) -> TextLine:
        return TextLine(text, 0.9, np.array([[x, y], [x + 60, y], [x + 60, y + 20], [x, y + 20]], np.int32), (0.9,))

    lines = [cell(text, x, 40 + 40 * row) for row in range(4) for text, x in ((f"item {row}", 20), (f"{row}.50", 220))]
    upright = TextLine("第一联存根", 0.9, np.array([[350, 50], [372, 50], [372, 170], [350, 170]], np.int32), (0.9,))
    content = page_part(page(*lines[:3], upright, *lines[3:], size=(260, 400)), call(paragraph=True))
    found = [each["words_result_idx"] for each in content["paragraphs_result"]]
    assert found == [[0, 1], [2, 4], [5, 6], [7, 8], [3]]
