"""Which pages are taken for turned, and turned pages that are read as if they were upright."""

import asyncio
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from models.aids.reading import LineReading
from models.aids.turned_page import LEAST_LINES, MOST_SAMPLES, turn_by_scores, turn_by_shape
from models.characters import character_boxes
from models.document import Direction, Image
from models.ops.crop import LineRegion
from models.ops.ctc import DecodedLine
from models.stages.pages import PagePixels
from models.stages.recognition import ReadLine
from tests.layout.ink import WORDS, Pen, blank
from tests.unit.models.aids.small_models import read, texts

PAGE = PagePixels(np.full((500, 500, 3), 255, np.uint8))
LINES = [" ".join(WORDS[3 * number : 3 * number + 3]) for number in range(8)]


class Recogniser:
    """Is sure of some regions, by a rule; keeps what it was asked for."""

    def __init__(self, sure: Callable[[LineRegion], bool], text: str = "letters") -> None:
        self.asked: list[list[LineRegion]] = []
        self._sure = sure
        self._text = text

    async def read(self, _page: PagePixels, regions: Sequence[LineRegion], **_: object) -> list[ReadLine]:
        self.asked.append(list(regions))
        return [as_read(self._text, 0.97 if self._sure(region) else 0.6) for region in regions]


def as_read(text: str, score: float) -> ReadLine:
    return ReadLine(DecodedLine(text, score, (score,) * len(text), tuple(range(len(text))), 40), 1.0)


def region(width: int, height: int) -> LineRegion:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return LineRegion(corners, width, height)


def by_shape(recogniser: Recogniser, regions: Sequence[LineRegion]) -> int:
    return asyncio.run(turn_by_shape(recogniser, PAGE, regions, None, None))  # type: ignore[arg-type]


def by_scores(recogniser: Recogniser, lines: Sequence[LineReading]) -> int:
    return asyncio.run(turn_by_scores(recogniser, PAGE, lines, None, None))  # type: ignore[arg-type]


def runs_up(place: LineRegion) -> bool:
    return place.upside_down


def runs_down(place: LineRegion) -> bool:
    return not place.upside_down


ON_END = [region(30, 100 + number) for number in range(8)]


def test_lines_on_end_tell_the_turn_by_the_direction_in_which_they_can_be_read() -> None:
    assert by_shape(Recogniser(runs_up), ON_END) == 270
    assert by_shape(Recogniser(runs_down), ON_END) == 90
    assert by_shape(Recogniser(lambda _: True), ON_END) == 0
    assert by_shape(Recogniser(lambda _: False), ON_END) == 0


def test_only_the_longest_lines_are_read() -> None:
    recogniser = Recogniser(runs_up)
    by_shape(recogniser, ON_END)
    assert [len(asked) for asked in recogniser.asked] == [2 * MOST_SAMPLES]
    assert min(place.height for place in recogniser.asked[0]) == 103


def test_vertical_writing_is_no_turned_page_unless_it_runs_up() -> None:
    assert by_shape(Recogniser(runs_down, "春夏秋冬"), ON_END) == 0
    assert by_shape(Recogniser(runs_up, "春夏秋冬"), ON_END) == 270


@pytest.mark.parametrize(
    "regions", [ON_END[: LEAST_LINES - 1], [*ON_END[:3], region(400, 30)], [region(300, 30)] * 5, []]
)
def test_nothing_is_read_where_few_lines_stand_on_end(regions: list[LineRegion]) -> None:
    recogniser = Recogniser(runs_up)
    assert by_shape(recogniser, regions) == 0
    assert recogniser.asked == []


def lines_of(score: float, count: int = 8) -> list[LineReading]:
    return [LineReading(region(300 + number, 30), as_read("letters", score)) for number in range(count)]


def test_a_page_that_was_read_badly_is_tried_upside_down() -> None:
    assert by_scores(Recogniser(runs_up), lines_of(0.6)) == 180
    assert by_scores(Recogniser(runs_down), lines_of(0.6)) == 0
    assert by_scores(Recogniser(runs_up), lines_of(0.6, LEAST_LINES - 1)) == 0


def test_a_page_that_was_read_well_is_not_tried() -> None:
    recogniser = Recogniser(runs_up)
    assert by_scores(recogniser, lines_of(0.9)) == 0
    assert by_scores(recogniser, []) == 0
    assert recogniser.asked == []


def page() -> Image:
    picture = blank(640, 480)
    for number, line in enumerate(LINES):
        Pen("pillow", 24).write(picture, line, 60, 40 + 48 * number)
    return picture


@pytest.mark.parametrize(("turns", "direction"), [(1, "up"), (2, "left"), (3, "down")])
def test_a_turned_page_is_read_and_its_places_are_the_turned_pages(turns: int, direction: Direction) -> None:
    turned = np.ascontiguousarray(np.rot90(page(), turns))
    upright = read(page(), word_boxes=True)
    plain = read(turned)
    result = read(turned, "turned_page", word_boxes=True)
    assert texts(plain) != LINES
    assert texts(result) == texts(upright) == LINES
    assert [(warning.code, warning.line) for warning in result.warnings] == [("page_turned", None)]
    assert (result.preprocessed.image is turned, result.preprocessed.angle, set(result.angles)) == (True, -1, {-1})
    assert {line.direction for line in result.lines} == {direction}
    for true, line in zip(upright.lines, result.lines, strict=True):
        for box, other in zip([word.box for word in true.words], [word.box for word in line.words], strict=True):
            assert turned_box(box, turns) == pytest.approx(other, abs=8)
        for box, other in zip(boxes(character_boxes(true)), boxes(character_boxes(line)), strict=True):
            assert turned_box(box, turns) == pytest.approx(other, abs=8)
        left, top, right, bottom = turned_box((*true.quad.min(axis=0), *true.quad.max(axis=0)), turns)
        assert (*line.quad.min(axis=0), *line.quad.max(axis=0)) == pytest.approx((left, top, right, bottom), abs=4)
        assert line.quad[0] == pytest.approx((left, top), abs=4)
        assert line.quad[2] == pytest.approx((right, bottom), abs=4)


def boxes(found: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    return [(left, top, left + width, top + height) for left, top, width, height in found]


def turned_box(box: Sequence[int], turns: int) -> tuple[int, int, int, int]:
    """A box of the upright page where it lies on the page that is turned by quarters counter-clockwise."""
    left, top, right, bottom = (int(value) for value in box)
    width, height = 640, 480
    for _ in range(turns):
        left, top, right, bottom = top, width - right, bottom, width - left
        width, height = height, width
    return left, top, right, bottom


def test_an_upright_page_is_read_once() -> None:
    assert read(page(), "turned_page").warnings == ()
