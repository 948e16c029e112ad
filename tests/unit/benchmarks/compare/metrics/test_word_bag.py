"""Word F1 by bag."""

import numpy as np
import pytest

from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.compare.metrics.word_bag import METRIC
from benchmarks.metrics import Bag, words
from tests.unit.benchmarks.compare.pages_of_text import answer, truth

TRUE = "The quick brown fox\njumps over the lazy dog, 12.50"
READ = "the quick brwn fox jumps\nover the the dog 12.50."


def test_a_worked_example() -> None:
    # Of 10 true and 10 read words, 8 are right: the, the, quick, fox, jumps, over, dog, 12.50.
    parts = METRIC.parts(truth(TRUE), answer(READ), STANDARD)
    assert parts == (8, 10, 10)
    assert METRIC.value(np.array(parts)) == pytest.approx(80.0, abs=1e-6)


def test_it_agrees_with_the_measure_of_the_other_benchmarks_on_latin_text() -> None:
    bag = Bag()
    bag.add(words(READ.splitlines()), words(TRUE.splitlines()))
    value = METRIC.value(np.array(METRIC.parts(truth(TRUE), answer(READ), STANDARD)))
    assert value == pytest.approx(bag.f1, abs=1e-6)


def test_an_empty_page_that_was_read_as_empty_is_right() -> None:
    assert METRIC.value(np.array(METRIC.parts(truth(""), answer(""), STANDARD))) == 100
    assert METRIC.value(np.array(METRIC.parts(truth(""), answer("ghost"), STANDARD))) == 0
