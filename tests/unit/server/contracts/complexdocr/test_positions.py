"""Positions are those of the submitted page, in its own unit."""

import numpy as np
import pytest

from models.ops.rotate import rotate_image
from server.contracts.complexdocr.positions import PageSpace


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_box_of_a_rotated_page_is_rotated_back(angle: int) -> None:
    page = np.zeros((60, 100, 3), np.uint8)
    page[10:25, 20:70] = 255
    read = rotate_image(page, angle)
    rows, columns = np.nonzero(read[:, :, 0])
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    position = PageSpace((100, 60), None, angle).position(box)
    # The rotation itself, which is the reference's, moves a page by up to a pixel.
    assert np.abs(np.subtract(position, (20, 10, 70, 25))).max() <= (angle != 0)


def test_points_are_whole_numbers_around_the_position() -> None:
    space = PageSpace((1191, 1684), (595.2756, 841.8898), 0)
    assert space.size == (595.28, 841.89)
    assert space.position((0, 0, 1191, 1684)) == (0, 0, 595, 841)
    assert space.position((101, 201, 103, 203)) == (50, 100, 52, 102)


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (1190, 1683, 1191, 1684), (600, 800, 601, 801)])
def test_positions_are_never_empty_and_stay_inside(box: tuple[int, int, int, int]) -> None:
    for points in ((595.28, 841.89), (0.5, 0.5), (14_400.0, 3.0)):
        x0, y0, x1, y1 = PageSpace((1191, 1684), points, 0).position(box)
        assert 0 <= x0 < x1 <= max(1, points[0])
        assert 0 <= y0 < y1 <= max(1, points[1])
