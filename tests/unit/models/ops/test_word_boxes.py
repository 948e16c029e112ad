"""Words and their boxes: the grouping rules, and boxes that the reference's functions gave for the same input."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.document import Direction, Quad
from models.ops.ctc import DecodedLine
from models.ops.word_boxes import split_words, word_boxes

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Case:
    """One line and what PaddleX 3.7.2 makes of it."""

    text: str
    columns: tuple[int, ...]
    steps: int
    quad: tuple[tuple[int, int], ...]
    width_ratio: float
    words: tuple[tuple[str, Box], ...]


CASES = {
    "latin": Case(
        "Total: 3.50-A",
        (1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 24, 26),
        40,
        ((10, 20), (410, 22), (409, 61), (9, 60)),
        0.73,
        (("Total", (23, 20, 146, 61)), (": ", (160, 20, 201, 61)), ("3.50-A", (215, 20, 379, 61))),
    ),
    "mixed": Case(
        "你好 OCR世界",
        (2, 6, 9, 12, 14, 16, 20, 24),
        30,
        ((100, 50), (400, 50), (400, 90), (100, 90)),
        1.0,
        (
            ("你", (100, 50, 150, 90)),
            ("好", (140, 50, 190, 90)),
            (" ", (190, 50, 200, 90)),
            ("OCR", (220, 50, 270, 90)),
            ("世", (280, 50, 330, 90)),
            ("界", (320, 50, 370, 90)),
        ),
    ),
    "vertical": Case(
        "竖排文字",
        (3, 8, 13, 18),
        22,
        ((5, 10), (45, 10), (45, 230), (5, 230)),
        0.9,
        (
            ("竖", (5, 19, 45, 78)),
            ("排", (5, 74, 45, 134)),
            ("文", (5, 130, 45, 189)),
            ("字", (5, 185, 45, 230)),
        ),
    ),
    "vertical mixed": Case(
        "竖A排 文",
        (2, 6, 9, 13, 18),
        22,
        ((5, 10), (40, 12), (39, 230), (4, 228)),
        0.95,
        (
            ("竖", (5, 14, 40, 58)),
            ("A", (5, 73, 40, 83)),
            ("排", (5, 88, 40, 132)),
            (" ", (5, 146, 40, 157)),
            ("文", (5, 182, 40, 226)),
        ),
    ),
    "one character": Case("单", (4,), 40, ((0, 0), (48, 0), (48, 48), (0, 48)), 0.15, (("单", (12, 0, 48, 48)),)),
    "at 1.5 times its width still horizontal": Case(
        "a b",
        (0, 2, 4),
        8,
        ((0, 0), (20, 0), (20, 30), (0, 30)),
        1.0,
        (("a", (0, 0, 2, 30)), (" ", (5, 0, 7, 30)), ("b", (10, 0, 12, 30))),
    ),
    "above it vertical": Case(
        "a b",
        (0, 2, 4),
        8,
        ((0, 0), (20, 0), (20, 31), (0, 31)),
        1.0,
        (("a", (0, 0, 20, 3)), (" ", (0, 7, 20, 11)), ("b", (0, 15, 20, 19))),
    ),
    "CJK between words is as wide as its share": Case(
        "上b下",
        (0, 3, 4),
        8,
        ((0, 0), (80, 0), (80, 30), (0, 30)),
        1.0,
        (("上", (0, 0, 18, 30)), ("b", (30, 0, 40, 30)), ("下", (31, 0, 58, 30))),
    ),
    "boxes that overlap go by their middles": Case(
        "中b",
        (1, 3),
        10,
        ((0, 0), (100, 0), (100, 30), (0, 30)),
        1.0,
        (("中", (0, 0, 40, 30)), ("b", (30, 0, 40, 30))),
    ),
    "of equal middles the word goes before CJK": Case(
        "a文",
        (8, 9),
        10,
        ((0, 0), (100, 0), (100, 30), (0, 30)),
        1.0,
        (("a", (80, 0, 90, 30)), ("文", (70, 0, 100, 30))),
    ),
    "no width": Case("ab", (0, 1), 40, ((10, 10), (10, 10), (10, 40), (10, 40)), 0.3, (("ab", (10, 10, 10, 15)),)),
    "upside down": Case(
        "été",
        (1, 5, 9),
        20,
        ((300, 10), (20, 14), (20, 40), (300, 36)),
        0.5,
        (("é", (20, 10, 48, 40)), ("t", (132, 10, 160, 40)), ("é", (244, 10, 272, 40))),
    ),
}


def line_of(text: str, columns: tuple[int, ...] | None = None, steps: int = 0) -> DecodedLine:
    columns = tuple(range(len(text))) if columns is None else columns
    return DecodedLine(text, 0.5, (0.5,) * len(text), columns, steps or len(text))


def quad_of(*points: tuple[int, int]) -> Quad:
    return np.array(points, dtype=np.int16)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_words_and_boxes_equal_the_reference(case: Case) -> None:
    words = word_boxes(line_of(case.text, case.columns, case.steps), quad_of(*case.quad), case.width_ratio)
    assert tuple((word.text, word.box) for word in words) == case.words


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("Familie R.Müller", ["Familie", " ", "R", ".", "M", "ü", "ller"]),
        ("1.5", ["1.5"]),
        ("a.b", ["a", ".", "b"]),
        ("9.", ["9", "."]),
        (".5", [".", "5"]),
        ("x-", ["x-"]),
        ("x-- y", ["x--", " ", "y"]),
        ("-x", ["-", "x"]),
        ("(-1)", ["(-", "1", ")"]),
        ("你好a", ["你好", "a"]),
        ("カ你", ["カ", "你"]),
        ("1.²", ["1", ".²"]),
        ("", []),
    ],
)
def test_a_word_ends_where_the_kind_of_character_changes(text: str, groups: list[str]) -> None:
    assert [group.text for group in split_words(line_of(text))] == groups


def test_an_empty_line_has_no_words() -> None:
    assert word_boxes(line_of("", (), 40), quad_of((0, 0), (9, 0), (9, 4), (0, 4)), 1.0) == ()


def test_padding_is_left_out_of_the_scale() -> None:
    quad = quad_of((0, 0), (100, 0), (100, 10), (0, 10))
    whole = word_boxes(line_of("ab", (0, 9), 10), quad, 1.0)
    padded = word_boxes(line_of("ab", (0, 9), 20), quad, 0.5)
    assert whole == padded
    assert whole[0].box == (0, 0, 100, 10)


@given(st.text(alphabet="ab9.- ,你好é", max_size=30))
def test_words_spell_the_line_and_hold_plain_integers(text: str) -> None:
    words = word_boxes(line_of(text), quad_of((3, 5), (700, 9), (699, 60), (2, 57)), 1.0)
    assert "".join(word.text for word in words) == text
    assert all(type(value) is int for word in words for value in word.box)


DIRECTED = DecodedLine("ab cd", 1.0, (1.0,) * 5, (0, 2, 4, 6, 8), 10)


@pytest.mark.parametrize(
    ("direction", "boxes"),
    [
        (None, [(10, 20, 50, 140), (10, 180, 50, 220), (10, 260, 50, 380)]),
        ("up", [(10, 300, 50, 420), (10, 220, 50, 260), (10, 60, 50, 180)]),
        ("right", [(10, 20, 22, 420), (26, 20, 30, 420), (34, 20, 46, 420)]),
        ("left", [(38, 20, 50, 420), (30, 20, 34, 420), (14, 20, 26, 420)]),
    ],
)
def test_the_direction_that_an_aid_found_tells_where_the_words_are(
    direction: Direction | None, boxes: list[Box]
) -> None:
    quad = np.array([[10, 20], [50, 20], [50, 420], [10, 420]], np.int32)
    words = word_boxes(DIRECTED, quad, 1.0, direction)
    assert [(word.text, word.box) for word in words] == list(zip(["ab", " ", "cd"], boxes, strict=True))
