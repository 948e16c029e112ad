"""Other directions are tried where a reading is poor, and win where they are clearly better."""

import numpy as np
import pytest

from models.aids.both_ways import best_of, other_directions, way
from models.characters import character_boxes
from models.document import Image
from models.ops.crop import LineRegion
from models.ops.ctc import DecodedLine
from tests.layout.ink import Pen, blank
from tests.unit.models.aids.small_models import codes, read, texts


def region(width: int, height: int, *, upside_down: bool = False) -> LineRegion:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return LineRegion(corners, width, height, upside_down)


def decoded(text: str, score: float) -> DecodedLine:
    return DecodedLine(text, score, (score,) * len(text), tuple(range(len(text))), 40)


def page_with_side_text(turns: int) -> Image:
    """Two lines, and one at the left edge that is turned by so many quarters counter-clockwise."""
    page = blank(900, 700)
    side = blank(460, 60)
    Pen("pillow", 32).write(side, "CONFIDENTIAL COPY", 20, 10)
    turned = np.rot90(side, turns)
    page[150 : 150 + turned.shape[0], 40 : 40 + turned.shape[1]] = turned
    for number in (1, 2):
        Pen("pillow", 30).write(page, f"Body text line number {number}", 350, 100 + 100 * number)
    return page


@pytest.mark.parametrize(
    ("width", "height", "score", "ways"),
    [
        (30, 400, 0.5, ["up"]),
        (30, 60, 0.5, ["up", "right"]),
        (30, 40, 0.5, ["down", "up"]),
        (30, 400, 0.9, []),
        (30, 30, 0.1, []),
        (400, 30, 0.1, []),
    ],
)
def test_poor_lines_in_high_boxes_are_read_in_other_directions(
    width: int, height: int, score: float, ways: list[str]
) -> None:
    assert [way(other) for other in other_directions(region(width, height), decoded("ab", score))] == ways


def test_a_line_that_was_found_upside_down_is_read_the_other_way_too() -> None:
    others = other_directions(region(30, 400, upside_down=True), decoded("ab", 0.5))
    assert [way(other) for other in others] == ["down"]


def test_the_best_of_the_better_readings_wins() -> None:
    first = decoded("abcd", 0.6)
    assert best_of(first, [decoded("abcd", 0.7), decoded("abcd", 0.8)]) == 1
    assert best_of(first, [decoded("abcd", 0.64)]) is None
    assert best_of(first, [decoded("a", 0.99)]) is None
    assert best_of(decoded("a", 0.0), [decoded("b", 0.49)]) is None


def test_text_that_runs_up_is_read_and_placed() -> None:
    page = page_with_side_text(turns=1)
    assert "CONFIDENTIAL COPY" not in texts(read(page))
    result = read(page, "read_both_ways", word_boxes=True)
    number = texts(result).index("CONFIDENTIAL COPY")
    line = result.lines[number]
    assert (line.direction, codes(result)) == ("up", [("line_turned", number)])
    first, *_, last = character_boxes(line)
    assert first[1] > 500
    assert last[1] < 350
    ((_, top, _, bottom),) = (word.box for word in line.words if word.text == "COPY")
    assert 150 < top < bottom < 400


def test_text_that_runs_down_is_read_as_before() -> None:
    page = page_with_side_text(turns=3)
    plain, aided = read(page), read(page, "read_both_ways")
    assert "CONFIDENTIAL COPY" in texts(plain)
    assert texts(aided) == texts(plain)
    assert aided.warnings == ()
