"""Tells by its lines whether a page is turned, so that it can be read upright.

The recogniser is sure of upright lines and unsure of turned ones. On pages of forms, receipts, books and Chinese forms
its mean score was at least 0.85 upright, and at most 0.72 upside down. So a few long lines tell the turn of a page.
They are read again only if most lines stand on end, or if the page was read badly.

Chinese, Japanese and Korean lines that run down may be vertical writing on an upright page, so they do not tell a turn.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from models.aids.reading import LineReading
from models.document import VERTICAL_RATIO
from models.ops.crop import LineRegion
from models.ops.rotate import Angle
from models.stages.pages import PagePixels
from models.stages.recognition import ReadLine, RecognitionStage

LEAST_LINES = 3
"""Fewer lines tell nothing about a page."""

MOST_SAMPLES = 5
"""Number of lines that are read again, the longest ones."""

MOST = 0.7
"""The share of all lines, by their lengths, that has to stand on end."""

SURE = 0.85
"""The least mean score of lines that are read in the right direction."""

BETTER = 0.1
"""The mean score in the right direction is higher by at least this."""


async def turn_by_shape(
    stage: RecognitionStage, page: PagePixels, regions: Sequence[LineRegion], flow: Hashable, deadline: float | None
) -> Angle:
    """The angle by which a page on whose side most lines stand has to be rotated counter-clockwise; 0 for other pages.

    Raises:
        EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
    """
    high = [region for region in regions if region.height >= VERTICAL_RATIO * region.width]
    if len(high) < LEAST_LINES or _length(high) < MOST * _length(regions):
        return 0
    samples = _longest(high)
    down = [replace(region, sideways=True, upside_down=False) for region in samples]
    up = [replace(region, sideways=True, upside_down=True) for region in samples]
    reads = await stage.read(page, [*down, *up], flow=flow, deadline=deadline)
    as_down, as_up = reads[: len(down)], reads[len(down) :]
    if _is_better(as_up, as_down):
        return 270
    return 90 if _is_better(as_down, as_up) and not _mostly_east_asian(as_down) else 0


async def turn_by_scores(
    stage: RecognitionStage, page: PagePixels, lines: Sequence[LineReading], flow: Hashable, deadline: float | None
) -> Angle:
    """180 for a page that was read badly, and whose lines are upside down; else 0.

    Raises:
        EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
    """
    if len(lines) < LEAST_LINES or _score([line.read for line in lines]) >= SURE:
        return 0
    chosen = _longest([line.region for line in lines])
    first = [line.read for line in lines if any(line.region is region for region in chosen)]
    turned = [replace(region, upside_down=not region.upside_down) for region in chosen]
    return 180 if _is_better(await stage.read(page, turned, flow=flow, deadline=deadline), first) else 0


def _longest(regions: Sequence[LineRegion]) -> list[LineRegion]:
    return sorted(regions, key=lambda region: -_length([region]))[:MOST_SAMPLES]


def _length(regions: Sequence[LineRegion]) -> int:
    return sum(max(region.width, region.height) for region in regions)


def _is_better(reads: Sequence[ReadLine], others: Sequence[ReadLine]) -> bool:
    return _score(reads) >= max(SURE, _score(others) + BETTER)


def _score(reads: Sequence[ReadLine]) -> float:
    """The mean score of lines, by their lengths. A line that nothing was read on counts as one character."""
    weights = [max(1, len(read.decoded.text)) for read in reads]
    return sum(read.decoded.score * weight for read, weight in zip(reads, weights, strict=True)) / sum(weights)


def _mostly_east_asian(reads: Sequence[ReadLine]) -> bool:
    text = "".join(read.decoded.text for read in reads)
    return 2 * sum(character >= "\u2e80" for character in text) > len(text)
