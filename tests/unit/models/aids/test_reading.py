"""Which readings the recogniser is asked for, and which answer each line gets."""

import asyncio
from collections.abc import Sequence

import numpy as np

from models.aids.reading import AidedReading, LineReading
from models.ops.crop import LineRegion
from models.ops.ctc import DecodedLine
from models.reading_aids import NO_AIDS, ReadingAids
from models.stages.pages import PagePixels
from models.stages.recognition import ReadLine

PAGE = PagePixels(np.full((500, 500, 3), 255, np.uint8))
BOTH_WAYS = ReadingAids(read_both_ways=True)


class Recogniser:
    """Is sure of upright lines and of text that runs up; keeps what it was asked for."""

    line_height = 48

    def __init__(self) -> None:
        self.asked: list[list[LineRegion]] = []

    async def read(self, _page: PagePixels, regions: Sequence[LineRegion], **_: object) -> list[ReadLine]:
        self.asked.append(list(regions))
        return [self._line(region) for region in regions]

    def _line(self, region: LineRegion) -> ReadLine:
        sure = not region.vertical or region.upside_down
        text, score = ("right", 0.99) if sure else ("wrong", 0.4)
        return ReadLine(DecodedLine(text, score, (score,) * 5, (0, 1, 2, 3, 4), 5), 1.0)


def region(width: int, height: int) -> LineRegion:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return LineRegion(corners, width, height)


def read(recogniser: Recogniser, aids: ReadingAids, regions: Sequence[LineRegion]) -> list[LineReading]:
    reading = AidedReading(aids)
    return asyncio.run(reading.read(recogniser, PAGE, regions))  # type: ignore[arg-type]


def test_without_aids_every_line_is_read_once_as_it_is() -> None:
    recogniser, regions = Recogniser(), [region(300, 30), region(30, 300)]
    lines = read(recogniser, NO_AIDS, regions)
    assert recogniser.asked == [regions]
    assert [(line.region, line.direction, line.warnings) for line in lines] == [(each, None, ()) for each in regions]


def test_other_directions_of_all_poor_lines_are_asked_for_together() -> None:
    recogniser = Recogniser()
    lines = read(recogniser, BOTH_WAYS, [region(30, 300), region(300, 30), region(30, 400)])
    assert [len(asked) for asked in recogniser.asked] == [3, 2]
    assert [line.read.decoded.text for line in lines] == ["right"] * 3
    assert [line.direction for line in lines] == ["up", None, "up"]
    assert [line.warnings for line in lines] == [("line_turned",), (), ("line_turned",)]


def test_nothing_is_asked_again_where_all_lines_are_good() -> None:
    recogniser = Recogniser()
    read(recogniser, BOTH_WAYS, [region(300, 30)])
    assert len(recogniser.asked) == 1


def test_a_leaning_line_may_run_up_too() -> None:
    corners = np.array([[76, 434], [138, 69], [186, 71], [124, 436]], np.float32)
    leaning = LineRegion(corners, 370, 48)
    recogniser = Recogniser()
    (line,) = read(recogniser, ReadingAids(order_leaning_boxes=True, read_both_ways=True), [leaning])
    assert (line.direction, line.warnings) == ("up", ("line_leans", "line_turned"))
    assert line.region.corners.tolist() == np.roll(corners, -1, axis=0).tolist()


def test_a_line_that_is_too_long_is_read_in_windows_in_every_direction() -> None:
    recogniser = Recogniser()
    aids = ReadingAids(split_long_lines=True, read_both_ways=True)
    first, second = read(recogniser, aids, [region(30, 3000), region(300, 30)])
    assert [len(asked) for asked in recogniser.asked] == [5, 4]
    assert (first.direction, first.warnings) == ("up", ("line_cut", "line_turned"))
    assert first.read.decoded.text.count("right") == 4
    assert second.warnings == ()


def test_a_line_that_is_squeezed_is_told() -> None:
    recogniser = Recogniser()
    (line,) = read(recogniser, NO_AIDS, [region(3000, 30)])
    assert [len(asked) for asked in recogniser.asked] == [1]
    assert line.warnings == ("line_squeezed",)
