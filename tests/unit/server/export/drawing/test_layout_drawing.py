import numpy as np

from server.export.drawing.layout_drawing import DrawnBox, draw_boxes
from tests.unit.server.export.results import blank


def test_a_box_is_drawn_and_the_page_stays_as_it_is():
    page = blank(200, 100)
    drawn = draw_boxes(page, [DrawnBox((50, 40, 150, 90), "text", 0)])
    assert (page == 255).all()
    assert (drawn[60, 49:52] < 255).any()
    assert (drawn[60, 100] == 255).all()


def test_a_caption_stands_above_its_box_and_at_the_upper_edge_inside():
    above = draw_boxes(blank(200, 100, 128), [DrawnBox((50, 40, 150, 90), "text", 0)])
    inside = draw_boxes(blank(200, 100, 128), [DrawnBox((50, 0, 150, 90), "text", 0)])
    assert (above[23:38, 51:60] > 200).any()
    assert (inside[1:17, 53:60] > 200).any()
    assert (draw_boxes(blank(200, 100, 128), [DrawnBox((50, 40, 150, 90), "", 0)])[23:38] == 128).all()


def test_boxes_outside_and_strange_captions_do_no_harm():
    drawn = draw_boxes(
        blank(50, 40), [DrawnBox((-20, -30, 500, 400), "a\nb\ud800", 3), DrawnBox((60, 50, 70, 60), "x", 9)]
    )
    assert drawn.shape == (40, 50, 3)


def test_the_picture_is_scaled_down_to_its_limit():
    assert draw_boxes(np.ascontiguousarray(blank(200, 100)), [], (100, 100)).shape == (50, 100, 3)
