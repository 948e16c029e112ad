"""Word F1 by position."""

from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.compare.metrics.word_places import METRIC
from benchmarks.compare.polygons import box
from tests.unit.benchmarks.compare.pages_of_text import answer, placed_answer, placed_truth, row, truth, truth_of_words


def test_a_word_counts_at_its_place_alone() -> None:
    true = truth_of_words(("total", box(0, 0, 50, 10)), ("paid", box(60, 0, 100, 10)))
    assert METRIC.parts(true, placed_answer(("total paid", row(0))), STANDARD) == (2, 2, 2)
    assert METRIC.parts(true, placed_answer(("paid total", row(0))), STANDARD) == (0, 2, 2)
    assert METRIC.parts(true, placed_answer(("total paid", row(3))), STANDARD) == (0, 2, 2)


def test_lines_of_the_truth_are_split_where_it_has_no_words() -> None:
    assert METRIC.parts(placed_truth(("total paid", row(0))), placed_answer(("Total: paid", row(0))), STANDARD)[0] == 2


def test_without_places_on_either_side_there_is_no_figure() -> None:
    assert METRIC.parts(truth("total"), placed_answer(("total", row(0))), STANDARD) is None
    assert METRIC.parts(placed_truth(("total", row(0))), answer("total"), STANDARD) is None


def test_an_answer_without_text_has_missed_all() -> None:
    assert METRIC.parts(placed_truth(("total paid", row(0))), answer(""), STANDARD) == (0, 0, 2)
