import numpy as np

from models.document import TextBox
from models.ops.reading_order import sort_boxes


def boxes_at(*corners):
    return [TextBox(np.array([[x, y], [x + 5, y], [x + 5, y + 5], [x, y + 5]], np.int32), 1.0) for x, y in corners]


def order(*corners):
    return [tuple(box.quad[0].tolist()) for box in sort_boxes(boxes_at(*corners))]


def test_top_to_bottom_then_left_to_right_within_a_row():
    assert order((100, 12), (50, 40), (10, 18)) == [(10, 18), (100, 12), (50, 40)]


def test_ten_pixels_apart_is_another_row():
    assert order((100, 10), (10, 20)) == [(100, 10), (10, 20)]
    assert order((100, 10), (10, 19)) == [(10, 19), (100, 10)]


def test_a_box_stops_at_the_first_neighbour_of_another_row():
    # A slanted row: the last box is in tolerance of the one above it, which is right of it, but not of the first.
    assert order((0, 0), (100, 8), (50, 16)) == [(0, 0), (50, 16), (100, 8)]
    assert order((60, 0), (100, 8), (50, 16)) == [(60, 0), (50, 16), (100, 8)]


def test_nothing():
    assert sort_boxes([]) == []
