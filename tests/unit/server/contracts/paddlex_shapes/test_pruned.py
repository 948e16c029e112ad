"""A recorded answer, read in and written again, is the same text."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.document import TextLine, Word
from server.contracts.paddlex_shapes.pruned import pruned_result
from tests.unit.server.export.from_answer import external_answers, kept_answers, page_result, pruned_of
from tests.unit.server.export.results import blank, quad, result


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", kept_answers(), ids=name_of)
def test_a_recorded_answer_comes_out_with_the_same_keys_order_types_and_digits(path: Path) -> None:
    for recorded in pruned_of(path):
        assert json.dumps(pruned_result(page_result(recorded))) == json.dumps(recorded)


@pytest.mark.evaluation_data("reference/golden")
@pytest.mark.parametrize("path", external_answers(), ids=name_of)
def test_so_does_an_external_one(path: Path) -> None:
    test_a_recorded_answer_comes_out_with_the_same_keys_order_types_and_digits(path)


def test_an_empty_page_has_empty_lists_and_no_line_orientations() -> None:
    pruned = pruned_result(result(blank(4, 4)))
    assert "textline_orientation_angles" not in pruned
    assert "doc_preprocessor_res" not in pruned
    assert [pruned[key] for key in ("dt_polys", "rec_texts", "rec_scores", "rec_polys", "rec_boxes")] == [[]] * 5
    assert "text_word" not in pruned


def test_an_empty_page_with_word_boxes_has_both_empty_word_lists() -> None:
    pruned = pruned_result(result(blank(4, 4), words=()))
    assert (pruned["text_word_boxes"], pruned["text_word"]) == ([], [])


def test_numpy_numbers_become_plain_ones() -> None:
    read = result(blank(99, 99), [("a", quad(1, 2, 30, 14))], words=(Word("a", (1, 2, 30, 14)),))
    odd = replace(
        read,
        angles=(np.int64(1),),
        lines=(TextLine("a", np.float32(0.1), quad(1, 2, 30, 14), (), (Word("a", tuple(np.arange(4))),)),),
    )
    pruned = json.loads(json.dumps(pruned_result(odd)))
    assert pruned["rec_scores"] == [0.10000000149011612]
    assert pruned["textline_orientation_angles"] == [1]
    assert pruned["text_word_boxes"] == [[[0, 1, 2, 3]]]


def test_lines_below_the_threshold_leave_detections_longer_than_lines() -> None:
    read = result(blank(99, 99), [("a", quad(1, 2, 30, 14)), ("b", quad(5, 40, 60, 52))])
    pruned = pruned_result(replace(read, lines=read.lines[1:]))
    assert pruned["dt_polys"] == [[[1, 2], [30, 2], [30, 14], [1, 14]], [[5, 40], [60, 40], [60, 52], [5, 52]]]
    assert pruned["rec_boxes"] == [[5, 40, 60, 52]]
    assert pruned["textline_orientation_angles"] == [-1, -1]
