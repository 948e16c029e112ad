import numpy as np

from models.layout.frame import make_frame
from models.layout.rivers import Rivers, find_ink, runs
from tests.unit.models.layout.papers import columns, paper, printed


def rivers_of(lines, image):
    frame = make_frame(image, lines)
    return frame, Rivers(find_ink(image, frame.line_height), frame.spans, frame.line_height)


def test_a_line_beside_a_river_knows_it():
    left, right = columns(20, 12)
    frame, rivers = rivers_of([*left, *right], printed([*left, *right]))
    (river,) = rivers.at(frame.spans[3])
    assert (river.x0, river.x1) == (359, 381)
    assert rivers.at(frame.spans[15]) == [river]


def test_the_margin_of_a_page_is_no_river():
    left, _ = columns(20, 12)
    frame, rivers = rivers_of(left, printed(left))
    assert rivers.at(frame.spans[3]) == []


def test_a_river_ends_at_a_line_across_it():
    left, right = columns(20, 12)
    image = printed([*left, *right])
    image[60:80, 100:600] = 0
    frame, rivers = rivers_of([*left, *right], image)
    assert rivers.at(frame.spans[0])[0].y0 == 80


def test_vertical_rules_and_specks_are_no_ink():
    image = paper()
    image[100:400, 300:302] = 0
    image[500, 500] = 0
    image[600:612, 500:508] = 0
    ink = find_ink(image, 20.0)
    assert not ink[:, 290:310].any()
    assert not ink[490:510].any()
    assert ink[600:612, 500:508].all()


def test_dark_paper_with_soft_edges_has_no_ink():
    shade = np.tile(np.linspace(120, 250, 800, dtype=np.uint8), (1000, 1))
    assert not find_ink(np.dstack([shade] * 3), 20.0).any()


def test_intervals_at_the_ends_are_left_out():
    marked = np.array([1, 1, 0, 1, 1, 0, 0, 1, 0, 1], bool)
    assert list(runs(marked, 10)) == [(13, 15), (17, 18)]
    assert list(runs(np.zeros(4, bool))) == []
    assert list(runs(np.ones(4, bool))) == []
