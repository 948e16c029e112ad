"""Word error rate, beside jiwer."""

import jiwer
import numpy as np
import pytest

from benchmarks.compare.metrics.normalise import AS_READ, STANDARD
from benchmarks.compare.metrics.word_errors import METRIC
from tests.unit.benchmarks.compare.pages_of_text import answer, truth

PAIRS = [
    ("the quick brown fox jumps over the lazy dog", "the quack brown fox over the the lazy dog"),
    ("one", "one two three"),
    ("one two three", "three two one"),
    ("合计 total 北京", "合計 total 北 京"),
]


@pytest.mark.parametrize(("true", "read"), PAIRS)
@pytest.mark.parametrize("normalisation", [AS_READ, STANDARD], ids=lambda each: each.name)
def test_it_agrees_with_jiwer(true: str, read: str, normalisation) -> None:
    ours = METRIC.value(np.array(METRIC.parts(truth(true), answer(read), normalisation)))
    theirs = 100 * jiwer.wer(" ".join(normalisation.words(true)), " ".join(normalisation.words(read)))
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_a_worked_example() -> None:
    # One word changed, one left out, one put in: three of nine.
    true, read = PAIRS[0]
    assert METRIC.parts(truth(true), answer(read), AS_READ) == (3, 9)
