"""Lines that are found and read."""

import numpy as np
import pytest

from benchmarks.compare.metrics.end_to_end import METRIC
from benchmarks.compare.metrics.normalise import AS_READ, STANDARD
from tests.unit.benchmarks.compare.pages_of_text import placed_answer, placed_truth, row


def test_a_line_counts_where_place_and_text_are_right() -> None:
    true = placed_truth(("Total 12", row(0)), ("Paid", row(1)), ("Date", row(2)))
    read = placed_answer(("total 12", row(0)), ("Pald", row(1)), ("Date", row(7)))
    sums = np.array(METRIC.parts(true, read, STANDARD))
    assert tuple(sums) == (1, 3, 3)
    assert METRIC.value(sums) == pytest.approx(100 / 3, abs=1e-6)
    assert METRIC.parts(true, read, AS_READ)[0] == 0


def test_of_two_places_the_one_with_the_right_text_is_taken() -> None:
    true = placed_truth(("a", row(0)))
    read = placed_answer(("b", row(0)), ("a", row(0, right=80)))
    assert METRIC.parts(true, read, STANDARD) == (1, 2, 1)
