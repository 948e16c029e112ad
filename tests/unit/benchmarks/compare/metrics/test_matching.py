"""Which places belong together."""

import cv2
import numpy as np
import pytest

from benchmarks.compare.metrics.matching import overlaps, pairs
from benchmarks.compare.polygons import box


def test_a_worked_example() -> None:
    # 10 x 10 and 10 x 10, 5 x 10 in common: 50 / 150.
    assert overlaps([box(0, 0, 10, 10)], [box(5, 0, 15, 10)])[0, 0] == pytest.approx(1 / 3, abs=1e-6)


def test_overlaps_of_leaning_boxes_agree_with_opencv() -> None:
    rng = np.random.default_rng(7)
    leaning = [
        cv2.boxPoints((tuple(rng.uniform(20, 80, 2)), tuple(rng.uniform(10, 60, 2)), float(rng.uniform(0, 90))))
        for _ in range(24)
    ]
    polygons = [tuple(map(tuple, corners.tolist())) for corners in leaning]
    found = overlaps(polygons[:12], polygons[12:])
    for row, one in enumerate(leaning[:12]):
        for column, other in enumerate(leaning[12:]):
            common, _ = cv2.intersectConvexConvex(one, other)
            both = cv2.contourArea(one) + cv2.contourArea(other) - common
            assert found[row, column] == pytest.approx(common / both, abs=2e-5)  # OpenCV counts in float32
    assert (found > 0).any()


def test_corners_in_a_wrong_order_and_too_few_corners_are_no_error() -> None:
    crossed = ((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0))
    assert overlaps([crossed], [box(0, 0, 10, 10)])[0, 0] == pytest.approx(1)
    assert overlaps([((0.0, 0.0), (1.0, 1.0))], [box(0, 0, 10, 10)])[0, 0] == 0


def test_as_many_pairs_as_possible_are_made() -> None:
    # The two best pairs would leave the third place without a partner, with a larger sum.
    chain = np.array([[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]])
    assert pairs(chain) == [(0, 0), (1, 1), (2, 2)]
    overlap = np.array([[0.9, 0.6], [0.8, 0.0]])
    assert pairs(overlap, lambda row, column: (row, column) != (0, 1)) == [(0, 0)]
    assert pairs(np.zeros((0, 3))) == []


def test_the_least_overlap_is_enough() -> None:
    assert pairs(np.array([[0.5]])) == [(0, 0)]
    assert pairs(np.array([[0.4999]])) == []


def test_pairs_agree_with_trying_all() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        overlap = rng.uniform(0, 1, (4, 5))
        assert len(pairs(overlap)) == _most(overlap >= 0.5, 0, frozenset())


def _most(allowed: np.ndarray, row: int, taken: frozenset[int]) -> int:
    if row == len(allowed):
        return 0
    with_pair = [
        1 + _most(allowed, row + 1, taken | {column}) for column in np.flatnonzero(allowed[row]) if column not in taken
    ]
    return max([_most(allowed, row + 1, taken), *with_pair])
