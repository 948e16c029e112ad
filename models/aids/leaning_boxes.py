"""Orders the corners of leaning vertical boxes by the direction of their text.

The reference sorts corners by x. A narrow vertical box that leans has its two lower corners, or its two upper ones, at
the left. Then the reference takes it for a horizontal line, and half of such lines are read from their end.
"""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.document import VERTICAL_RATIO, TextBox
from models.ops.crop import LineRegion

Number = TypeVar("Number", np.int32, np.float32)


def leans(corners: NDArray[Number]) -> bool:
    """Whether the edge that should be the upper one is much longer than the others, and steep.

    Args:
        corners: (4, 2), top-left, top-right, bottom-right, bottom-left in the reference's order.
    """
    along, across = corners[1].astype(np.float64) - corners[0], corners[3].astype(np.float64) - corners[0]
    steep = abs(along[1]) > abs(along[0])
    return bool(steep and np.hypot(*along) >= VERTICAL_RATIO * np.hypot(*across))


def with_ordered_corners(box: TextBox) -> TextBox:
    """A box with its corners in the order that its text runs, from the upper edge to the lower one."""
    return TextBox(_turned(box.quad), box.score) if leans(box.quad) else box


def ordered_region(region: LineRegion) -> LineRegion:
    """A region with its corners in that order."""
    if not leans(region.corners):
        return region
    return replace(region, corners=_turned(region.corners), width=region.height, height=region.width)


def _turned(corners: NDArray[Number]) -> NDArray[Number]:
    """The corners of a box that leans, beginning with those of its upper edge."""
    upper_edge_runs_up = corners[1, 1] < corners[0, 1]
    return np.roll(corners, -1 if upper_edge_runs_up else 1, axis=0)
