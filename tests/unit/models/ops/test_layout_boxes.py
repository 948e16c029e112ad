import numpy as np
import pytest

from models.ops.layout_boxes import regions_of

LABELS = ["text", "table", "image", "formula", "title"]


def kept(rows: list[list[float]], size: tuple[int, int] = (1000, 800)) -> list[tuple[str, list[int]]]:
    regions = regions_of(np.array(rows, np.float32).reshape(-1, 6), LABELS, size, 0.5)
    return [(region.label, [round(edge) for edge in region.box]) for region in regions]


def test_the_surest_of_boxes_on_one_place_stays():
    assert kept([[0, 0.6, 10, 10, 210, 60], [0, 0.9, 12, 10, 212, 60]]) == [("text", [12, 10, 212, 60])]


def test_boxes_of_two_kinds_on_one_place_stay_unless_they_are_the_same_box():
    near = [[0, 0.9, 10, 10, 210, 60], [4, 0.8, 10, 10, 205, 62]]
    assert [label for label, _ in kept(near)] == ["text", "title"]
    same = [[0, 0.9, 10, 10, 210, 60], [4, 0.8, 10, 10, 210, 60]]
    assert [label for label, _ in kept(same)] == ["text"]


@pytest.mark.parametrize(
    "row", [[0, 0.5, 0, 0, 9, 9], [-1, 0.9, 0, 0, 9, 9], [5, 0.9, 0, 0, 9, 9], [0, 0.9, 9, 9, 9, 30]]
)
def test_unsure_unknown_and_empty_boxes_go(row):
    assert kept([row]) == []


def test_boxes_end_where_the_page_ends():
    assert kept([[1, 0.9, -20, -5, 900, 1100]]) == [("table", [0, 0, 800, 1000])]


def test_a_picture_of_the_whole_page_is_its_background():
    assert kept([[2, 0.9, 0, 0, 800, 990]]) == []
    assert kept([[2, 0.9, 0, 0, 800, 700]]) == [("image", [0, 0, 800, 700])]
    assert kept([[2, 0.9, 0, 0, 1000, 680]], (800, 1000)) == []


def test_what_is_inside_a_picture_or_table_or_its_own_kind_is_a_part_of_it():
    table = [1, 0.8, 100, 100, 600, 600]
    assert kept([table, [0, 0.9, 120, 120, 300, 150]]) == [("table", [100, 100, 600, 600])]
    text = [0, 0.8, 100, 100, 600, 600]
    assert len(kept([text, [4, 0.9, 120, 120, 300, 150]])) == 2
    assert kept([text, [0, 0.9, 120, 120, 300, 150]]) == [("text", [100, 100, 600, 600])]


def test_no_boxes_are_no_regions():
    assert kept([]) == []
