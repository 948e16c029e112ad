"""Decides which lines are read in other directions too, and which of the readings is kept.

A box that is higher than wide may hold text that runs down, text that runs up, or one upright character. The reference
decides by the shape of the box alone, and never takes text for running up.
"""

from collections.abc import Sequence
from dataclasses import replace

from models.document import Direction
from models.ops.crop import LineRegion
from models.ops.ctc import DecodedLine

SURE = 0.9
"""A line with at least this score was read in the right direction."""

BETTER = 0.05
"""Another reading must have a score that is so much higher."""

LEAST = 0.5
"""A reading with a lower score is noise."""

UPRIGHT_RATIO = 4.0
"""A box that is more than so many times as high as wide holds no single upright character."""


def other_directions(region: LineRegion, read: DecodedLine) -> list[LineRegion]:
    """The region as it has to be cut for other directions of the text; none if the reading is good enough."""
    ratio = region.height / region.width
    if ratio <= 1 or read.score >= SURE:
        return []
    down = replace(region, sideways=True, upside_down=False)
    up = replace(region, sideways=True, upside_down=True)
    upright = replace(region, sideways=False, upside_down=False)
    others = [down, up, upright] if ratio < UPRIGHT_RATIO else [down, up]
    return [other for other in others if way(other) != way(region)]


def best_of(read: DecodedLine, others: Sequence[DecodedLine]) -> int | None:
    """The number of the reading that is clearly better than the first one; None if there is none."""
    better = [number for number, other in enumerate(others) if _is_better(read, other)]
    return max(better, key=lambda number: others[number].score, default=None)


def way(region: LineRegion) -> Direction:
    """The way that the text of a region runs when it is read as it is cut."""
    if region.vertical:
        return "up" if region.upside_down else "down"
    return "left" if region.upside_down else "right"


def _is_better(read: DecodedLine, other: DecodedLine) -> bool:
    """Whether another reading of a line is clearly better. A reading with much fewer characters may be chance."""
    return other.score >= max(LEAST, read.score + BETTER) and 2 * len(other.text) >= len(read.text)
