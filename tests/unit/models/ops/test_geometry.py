import itertools

import numpy as np
import pytest

from models.ops.geometry import min_area_quad, order_corners

UPRIGHT = np.array([[10, 20], [110, 20], [110, 50], [10, 50]], np.float32)
SLANTED = np.array([[10, 30], [100, 10], [106, 40], [16, 60]], np.float32)


@pytest.mark.parametrize("corners", [UPRIGHT, SLANTED])
def test_corner_order_does_not_depend_on_where_the_rectangle_starts(corners):
    for order in itertools.permutations(range(4)):
        np.testing.assert_array_equal(order_corners(corners[list(order)]), corners)


def test_min_area_quad():
    quad, side = min_area_quad(np.array([[0, 0], [40, 0], [40, 10], [0, 10], [20, 5]], np.int32))
    np.testing.assert_allclose(quad, [[0, 0], [40, 0], [40, 10], [0, 10]], atol=1e-4)
    assert side == pytest.approx(10)
