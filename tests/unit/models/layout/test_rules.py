"""Rules are thin straight strokes that are no part of a line's letters."""

import cv2
import numpy as np

from models.layout.rules import find_rules, rule_list
from tests.unit.models.layout.papers import paper, span

HEIGHT = 20.0


def across(page: np.ndarray, spans=()) -> list[tuple[int, int, int]]:
    rules = rule_list(find_rules(page, spans, HEIGHT).across)
    return [(round(rule.at), round(rule.start), round(rule.end)) for rule in rules]


def down(page: np.ndarray, spans=()) -> int:
    return len(rule_list(np.ascontiguousarray(find_rules(page, spans, HEIGHT).down.T)))


def test_a_stroke_is_found_where_it_is():
    page = paper()
    cv2.line(page, (100, 200), (500, 200), (0, 0, 0), 1)
    ((at, start, end),) = across(page)
    assert abs(at - 200) <= 1
    assert abs(start - 100) <= 2
    assert abs(end - 500) <= 2
    assert down(page) == 0


def test_the_edge_of_a_grey_ground_is_no_rule_and_hides_none():
    page = paper()
    page[200:240, 100:500] = 200
    assert across(page) == []
    cv2.line(page, (100, 240), (500, 240), (0, 0, 0), 1)
    assert [abs(at - 240) <= 1 for at, _, _ in across(page)] == [True]


def test_an_underline_belongs_to_its_line():
    page = paper()
    cv2.line(page, (100, 215), (400, 215), (0, 0, 0), 1)
    assert across(page, [span("underlined", 95, 200, 310)]) == []


def test_a_rule_between_lines_whose_boxes_touch_stays():
    page = paper()
    cv2.line(page, (100, 220), (500, 220), (0, 0, 0), 1)
    lines = [span("above", 100, 201, 400), span("below", 100, 219, 400)]
    assert len(across(page, lines)) == 1


def test_a_vertical_rule_through_the_boxes_of_several_lines_stays():
    page = paper()
    cv2.line(page, (300, 200), (300, 320), (0, 0, 0), 1)
    assert down(page, [span("two cells", 100, 200 + 30 * row, 400, 28) for row in range(4)]) == 1
    assert down(page, [span("a letter", 100, 190, 400, 140)]) == 0
