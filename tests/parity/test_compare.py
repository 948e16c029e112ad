"""The comparison itself: it must see what is different, and nothing else."""

import copy

import pytest

from tests.parity.compare import Json, compare_pages, match, overlap, setting_differences, shape_differences


def _page() -> Json:
    polys = [[[0, 0], [40, 0], [40, 10], [0, 10]], [[0, 20], [40, 20], [40, 30], [0, 30]]]
    return {
        "model_settings": {"use_doc_preprocessor": False},
        "dt_polys": copy.deepcopy(polys),
        "textline_orientation_angles": [-1, -1],
        "rec_texts": ["Gate 7", "open"],
        "rec_scores": [0.9, 0.8],
        "rec_polys": polys,
        "rec_boxes": [[0, 0, 40, 10], [0, 20, 40, 30]],
    }


def test_a_page_equals_itself() -> None:
    figures = compare_pages(_page(), _page())
    assert (figures.pages_identical, figures.boxes_identical, figures.texts_identical) == (1, 2, 2)
    assert figures.text_share == figures.box_share == 1
    assert figures.changed == []


def test_another_text_is_counted_and_named() -> None:
    ours = _page()
    ours["rec_texts"][1] = "0pen"
    figures = compare_pages(ours, _page())
    assert (figures.texts_identical, figures.changed) == (1, [("open", "0pen")])


def test_a_moved_corner_is_no_identical_box_but_the_same_line() -> None:
    ours = _page()
    ours["rec_polys"][0][1] = [41, 0]
    figures = compare_pages(ours | {"dt_polys": ours["rec_polys"]}, _page())
    assert (figures.pages_identical, figures.boxes_identical, figures.texts_identical) == (0, 1, 2)


def test_lines_too_many_and_too_few_lower_the_share() -> None:
    ours = _page()
    for key in ("rec_texts", "rec_scores", "rec_polys", "rec_boxes"):
        ours[key] = ours[key][:1]
    assert compare_pages(ours, _page()).changed == [("open", None)]
    assert compare_pages(_page(), ours).changed == [(None, "open")]
    assert compare_pages(_page(), ours).text_share == 0.5


def test_a_line_turned_otherwise_is_set_aside() -> None:
    ours = _page()
    ours["textline_orientation_angles"] = [0, 1]
    reference = _page() | {"textline_orientation_angles": [0, 0]}
    ours["rec_texts"][1] = "uado"
    figures = compare_pages(ours, reference)
    assert (figures.turned_differently, figures.lines, figures.text_share) == (1, 1, 1.0)


def test_scores_count_only_where_the_polygon_is_the_same() -> None:
    ours = _page()
    ours["rec_scores"] = [0.9005, 0.1]
    ours["rec_polys"][1][0] = [1, 20]
    figures = compare_pages(ours | {"dt_polys": ours["rec_polys"]}, _page())
    assert figures.score_difference == pytest.approx(0.0005)


def test_boxes_are_paired_by_the_best_overlap() -> None:
    assert match([[0, 0, 9, 9], [2, 0, 11, 9]], [[2, 0, 11, 9], [0, 0, 9, 9]]) == {0: 1, 1: 0}
    assert match([[0, 0, 9, 9]], [[30, 0, 39, 9]]) == {}
    assert overlap((0, 0, 9, 9), (0, 0, 9, 4)) == 0.5


@pytest.mark.parametrize(
    ("ours", "reference", "found"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "keys"),
        ({"a": 1}, {"a": 1.0}, "integer instead of number"),
        ({"a": True}, {"a": 1}, "boolean instead of integer"),
        ({"a": None}, {"a": ""}, "null instead of string"),
        ([1, 2.5, 3], [1], "$[1]: number instead of integer"),
    ],
)
def test_shapes_that_differ(ours: Json, reference: Json, found: str) -> None:
    assert found in " ".join(shape_differences(ours, reference))


def test_shapes_that_do_not_differ() -> None:
    assert shape_differences({"a": [1, 2]}, {"a": [3]}) == []


def test_settings_are_compared_by_value() -> None:
    assert setting_differences({"text_type": "general"}, {"text_type": "general"}) == []
    assert setting_differences({"text_type": "seal"}, {"text_type": "general"}) != []
