"""Lines of a layer as lines of a page."""

import numpy as np

from server.decode.page_layer import LayerLine
from server.text_layer.page_lines import text_line
from tests.unit.server.text_layer.layers import layer_line


def test_a_line_has_all_that_a_recognised_line_has() -> None:
    line = text_line(layer_line("Abc"), (400, 300))
    assert (line.text, line.score, line.source, line.direction) == ("Abc", 1.0, "layer", None)
    assert line.quad.dtype == np.int32
    assert line.quad.tolist() == [[20, 20], [50, 20], [50, 40], [20, 40]]
    assert line.char_scores == (1.0, 1.0, 1.0)
    assert len(line.char_positions) == 3


def test_a_box_is_cut_at_the_page_s_edge() -> None:
    assert text_line(layer_line("Abcdef", left=-20), (30, 30)).quad.tolist() == [[0, 20], [30, 20], [30, 30], [0, 30]]


def test_the_direction_is_told_where_the_shape_does_not() -> None:
    high = LayerLine("I", (10, 10, 14, 10, 14, 40, 10, 40), (0.5,), ((0, 1),), "right")
    assert text_line(high, (100, 100)).direction == "right"
    assert text_line(LayerLine("I", high.quad, (0.5,), ((0, 1),), "down"), (100, 100)).direction is None
    assert text_line(LayerLine("I", high.quad, (0.5,), ((0, 1),), "up"), (100, 100)).direction == "up"
