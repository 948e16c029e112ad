"""Cuts very long pages, such as tall screenshots and wide strips, into overlapping tiles, and joins their boxes.

The detector sees pages up to a limit, and larger ones are shrunk. A long page would be shrunk until its text is too
small to be found. Its tiles are not, or much less. Of two neighbours, boxes that lie on each other in the strip that
both show are one text.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from models.document import TextBox
from models.ops.geometry import min_area_quad
from models.stages.pages import Part

GAIN = 2.0
"""A page is tiled if the detector then sees it at least so many times as large."""

TILE_RATIO = 1.5
"""A tile is at least so many times as long as the page is wide: about as a sheet of paper."""

OVERLAP = 0.1
"""The share of a tile's length that its neighbour shows too."""

_SAME = 0.5
"""Boxes of two tiles are one text if they share this part of the smaller one, along the page and across it."""


@dataclass(frozen=True, slots=True)
class _Extents:
    """N boxes along one axis of the page: the first and last point of each, float64 (N,)."""

    first: NDArray[np.float64]
    last: NDArray[np.float64]

    def clipped(self, low: float, high: float) -> "_Extents":
        return _Extents(self.first.clip(low, high), self.last.clip(low, high))

    def meet(self, other: "_Extents") -> NDArray[np.bool_]:
        """Whether boxes share enough with the other M boxes: (N, M)."""
        last = np.minimum(self.last[:, np.newaxis], other.last)
        first = np.maximum(self.first[:, np.newaxis], other.first)
        smaller = np.minimum((self.last - self.first)[:, np.newaxis], other.last - other.first)
        shared: NDArray[np.bool_] = last - first >= _SAME * smaller
        return shared & (smaller > 0)


def tiles_of(height: int, width: int, longest_side: int) -> list[Part]:
    """The tiles of a page, from its upper or left end; the whole page as one tile if tiles gain little.

    Args:
        height: of the page, in pixels.
        width: of the page, in pixels.
        longest_side: the greatest side that the detector sees.
    """
    long, short = max(height, width), min(height, width)
    length = max(longest_side, math.ceil(TILE_RATIO * short))
    if long < GAIN * length:
        return [Part(0, 0, height, width)]
    overlap = round(OVERLAP * length)
    count = math.ceil((long - overlap) / (length - overlap))
    # All tiles have one size, so that they can share a batch.
    length = math.ceil((long + (count - 1) * overlap) / count)
    starts = np.linspace(0, long - length, count).round().astype(int).tolist()
    if height >= width:
        return [Part(start, 0, start + length, width) for start in starts]
    return [Part(0, start, height, start + length) for start in starts]


def join_tiles(tiles: Sequence[Part], found: Sequence[Sequence[TextBox]]) -> list[TextBox]:
    """Join the boxes of all tiles of a page, in no order.

    Args:
        tiles: from `tiles_of`.
        found: the boxes of each tile, in the tile's own pixels.
    """
    boxes = [_moved(box, tile) for tile, each in zip(tiles, found, strict=True) for box in each]
    starts = [0, *accumulate(len(each) for each in found)]
    links = np.arange(len(boxes))
    for number, (tile, after) in enumerate(pairwise(tiles)):
        here, there, end = starts[number : number + 3]
        for left, right in _pairs(boxes[here:there], boxes[there:end], tile, after):
            one, other = links[here + left], links[there + right]
            links[links == other] = one
    return [_union([boxes[number] for number in np.flatnonzero(links == link)]) for link in np.unique(links)]


def _pairs(here: Sequence[TextBox], there: Sequence[TextBox], tile: Part, after: Part) -> list[tuple[int, int]]:
    """The boxes of two neighbours that are one text, as pairs of numbers."""
    if not here or not there:
        return []
    along = 1 if after.top > tile.top else 0
    low, high = (after.top, tile.bottom) if along else (after.left, tile.right)
    lengths = [_extents(boxes, along).clipped(low, high) for boxes in (here, there)]
    widths = [_extents(boxes, 1 - along) for boxes in (here, there)]
    same = lengths[0].meet(lengths[1]) & widths[0].meet(widths[1])
    return [(int(left), int(right)) for left, right in np.argwhere(same)]


def _extents(boxes: Sequence[TextBox], axis: int) -> _Extents:
    corners = np.array([box.quad[:, axis] for box in boxes], np.float64)
    return _Extents(corners.min(axis=1), corners.max(axis=1))


def _moved(box: TextBox, tile: Part) -> TextBox:
    return TextBox(box.quad + np.array([tile.left, tile.top], np.int32), box.score)


def _union(boxes: Sequence[TextBox]) -> TextBox:
    """The smallest rectangle around boxes."""
    if len(boxes) == 1:
        return boxes[0]
    quad, _ = min_area_quad(np.concatenate([box.quad for box in boxes]))
    return TextBox(np.rint(quad).astype(np.int32), max(box.score for box in boxes))
