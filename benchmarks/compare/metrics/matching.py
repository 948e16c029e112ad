"""Which places on a page belong together: one to one, by intersection over union."""

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from benchmarks.compare.model import Polygon

LEAST_OVERLAP = 0.5
"""Intersection over union from which on two places are the same."""


def overlaps(true: Sequence[Polygon], read: Sequence[Polygon]) -> NDArray[np.float64]:
    """Intersection over union of every true place with every read one: float64 (true, read), 0..1."""
    found = np.zeros((len(true), len(read)))
    ours, theirs = shapes(true), shapes(read)
    if not len(ours) or not len(theirs):
        return found
    rows, columns = shapely.STRtree(theirs).query(ours, predicate="intersects")
    common = shapely.area(shapely.intersection(ours[rows], theirs[columns]))
    both = shapely.area(ours[rows]) + shapely.area(theirs[columns]) - common
    found[rows, columns] = np.divide(common, both, out=np.zeros_like(common), where=both > 0)
    return found


def pairs(
    overlap: NDArray[np.float64], may_match: Callable[[int, int], bool] | None = None, least: float = LEAST_OVERLAP
) -> list[tuple[int, int]]:
    """As many pairs (true, read) as possible whose overlap is at least ``least``; each place is in at most one.

    Among the choices with most pairs it is one with the largest overlap.
    """
    allowed = overlap >= least
    if may_match is not None:
        for row, column in np.argwhere(allowed):
            allowed[row, column] = may_match(int(row), int(column))
    # One more pair is worth more than all overlaps together.
    worth = np.where(allowed, min(overlap.shape, default=0) + 1 + overlap, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if allowed[row, column]]


def shapes(polygons: Sequence[Polygon]) -> NDArray[np.object_]:
    """Polygons of shapely; corners in a wrong order become their convex hull, and fewer than three an empty shape."""
    made = [shapely.Polygon(polygon) if len(polygon) > 2 else shapely.Polygon() for polygon in polygons]
    found = np.array(made, dtype=object)
    if not len(found):
        return found
    return np.where(shapely.is_valid(found), found, shapely.convex_hull(found))
