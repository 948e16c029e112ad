"""Reads the lines of a page with the help of the reading aids. The extra readings are lines like all others."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from models.aids.both_ways import best_of, other_directions, way
from models.aids.leaning_boxes import ordered_region
from models.aids.long_lines import Window, is_too_long, join, windows
from models.document import Direction
from models.ops.crop import LineRegion
from models.reading_aids import ReadingAids, WarningCode
from models.stages.pages import PagePixels
from models.stages.recognition import ReadLine, RecognitionStage


@dataclass(frozen=True, slots=True)
class LineReading:
    """One line as it was read.

    Attributes:
        region: the place that was read, as it was cut.
        read: what was read.
        direction: the way that the text runs, where an aid found it.
        warnings: what the aids did.
    """

    region: LineRegion
    read: ReadLine
    direction: Direction | None = None
    warnings: tuple[WarningCode, ...] = ()


class AidedReading:
    """Reads lines with the aids that are on. Without any, it reads each line once, as the reference does.

    Args:
        aids: the switches.
    """

    def __init__(self, aids: ReadingAids) -> None:
        self._aids = aids

    async def read(
        self,
        stage: RecognitionStage,
        page: PagePixels,
        regions: Sequence[LineRegion],
        *,
        flow: Hashable = None,
        deadline: float | None = None,
    ) -> list[LineReading]:
        """Read the lines of one page.

        Args:
            stage: the recogniser.
            page: the page.
            regions: the places of its lines.
            flow: see `Batcher.submit`.
            deadline: see `Batcher.submit`.

        Returns:
            One reading for each region, in order.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        ordered = self._aids.order_leaning_boxes
        places = [ordered_region(region) if ordered else region for region in regions]
        reads = await self._read_all(stage, page, places, flow, deadline)
        lines = [
            self._line(stage, place, read, leans=place is not region)
            for place, read, region in zip(places, reads, regions, strict=True)
        ]
        if not self._aids.read_both_ways:
            return lines
        others = [other_directions(line.region, line.read.decoded) for line in lines]
        again = [region for regions in others for region in regions]
        if not again:
            return lines
        more = iter(await self._read_all(stage, page, again, flow, deadline))
        return [
            _best(line, [_turned(line, region, next(more)) for region in regions])
            for line, regions in zip(lines, others, strict=True)
        ]

    async def _read_all(
        self,
        stage: RecognitionStage,
        page: PagePixels,
        regions: Sequence[LineRegion],
        flow: Hashable,
        deadline: float | None,
    ) -> list[ReadLine]:
        """Read regions once, those that are cut in windows."""
        parts = [windows(region) if self._cuts(stage, region) else [Window(region)] for region in regions]
        places = [part.region for each in parts for part in each]
        reads = iter(await stage.read(page, places, flow=flow, deadline=deadline))
        return [
            next(reads) if len(each) == 1 else join(region, each, [next(reads) for _ in each])
            for region, each in zip(regions, parts, strict=True)
        ]

    def _cuts(self, stage: RecognitionStage, region: LineRegion) -> bool:
        return self._aids.split_long_lines and is_too_long(region, stage.line_height)

    def _line(self, stage: RecognitionStage, region: LineRegion, read: ReadLine, *, leans: bool) -> LineReading:
        warnings: list[WarningCode] = ["line_leans"] if leans else []
        if is_too_long(region, stage.line_height):
            warnings.append("line_cut" if self._cuts(stage, region) else "line_squeezed")
        return LineReading(region, read, way(region) if leans else None, tuple(warnings))


def _turned(line: LineReading, region: LineRegion, read: ReadLine) -> LineReading:
    """A line as it was read in another direction."""
    return LineReading(region, read, way(region), (*line.warnings, "line_turned"))


def _best(line: LineReading, others: Sequence[LineReading]) -> LineReading:
    number = best_of(line.read.decoded, [other.read.decoded for other in others])
    return line if number is None else others[number]
