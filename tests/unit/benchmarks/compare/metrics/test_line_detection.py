"""Lines that are found."""

import numpy as np
import pytest

from benchmarks.compare.metrics.line_detection import HMEAN, PRECISION, RECALL
from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.compare.polygons import box
from tests.unit.benchmarks.compare.pages_of_text import answer, placed_answer, placed_truth, row, truth


def test_a_worked_example() -> None:
    true = placed_truth(*((f"line {number}", row(number)) for number in range(4)))
    read = placed_answer(("text", row(0)), ("line 1", row(1, right=60)), ("line 2", row(2, right=40)), ("x", row(9)))
    # Overlaps 1, 0.6, 0.4 and none: 2 of 4 found lines are at the place of 2 of 4 true ones.
    sums = np.array(HMEAN.parts(true, read, STANDARD))
    assert tuple(sums) == (2, 4, 4)
    assert (PRECISION.value(sums), RECALL.value(sums), HMEAN.value(sums)) == pytest.approx((50, 50, 50), abs=1e-6)


def test_one_found_line_over_two_true_ones_counts_once() -> None:
    true = placed_truth(("one", row(0, 0, 60)), ("two", row(0, 60, 100)))
    assert HMEAN.parts(true, placed_answer(("one two", row(0))), STANDARD) == (1, 1, 2)


def test_lines_that_nobody_can_read_do_not_count_and_what_lies_in_them_neither() -> None:
    true = placed_truth(("line", row(0)), ("###", row(1)))
    read = placed_answer(("line", row(0)), ("noise", row(1, right=30)))
    assert HMEAN.parts(true, read, STANDARD) == (1, 1, 1)
    less_than_half_outside = placed_answer(("line", row(0)), ("noise", box(0, 12, 100, 30)))
    assert HMEAN.parts(true, less_than_half_outside, STANDARD) == (1, 1, 1)
    mostly_outside = placed_answer(("line", row(0)), ("noise", box(0, 25, 100, 60)))
    assert HMEAN.parts(true, mostly_outside, STANDARD) == (1, 2, 1)


def test_without_places_there_is_no_figure_and_without_text_nothing_was_found() -> None:
    assert HMEAN.parts(truth("a"), placed_answer(("a", row(0))), STANDARD) is None
    assert HMEAN.parts(placed_truth(("a", row(0))), answer("a"), STANDARD) is None
    assert HMEAN.parts(placed_truth(("a", row(0))), answer(""), STANDARD) == (0, 0, 1)
