"""Words in order."""

import random

import numpy as np
import pytest
from scipy.stats import kendalltau

from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.compare.metrics.reading_order import METRIC
from tests.unit.benchmarks.compare.pages_of_text import answer, truth


def test_a_worked_example() -> None:
    # Of the pairs ab, ac, ad, bc, bd, cd, only cd stands the other way round; e and f have no partner.
    assert METRIC.parts(truth("a b c d e"), answer("a b d c f"), STANDARD) == (5, 6)


def test_it_agrees_with_kendalls_tau() -> None:
    words = [f"w{number}" for number in range(40)]
    mixed = words.copy()
    random.Random(1).shuffle(mixed)
    value = METRIC.value(np.array(METRIC.parts(truth(" ".join(words)), answer(" ".join(mixed)), STANDARD)))
    tau = kendalltau(range(40), [mixed.index(word) for word in words]).statistic
    assert 2 * value / 100 - 1 == pytest.approx(tau, abs=1e-6)


def test_words_that_occur_twice_say_nothing() -> None:
    assert METRIC.parts(truth("the a the b"), answer("b the the a"), STANDARD) == (0, 1)
    assert METRIC.parts(truth("the a the b"), answer("the a b"), STANDARD) == (1, 1)
    assert METRIC.parts(truth("the a b"), answer("a the b the"), STANDARD) == (1, 1)


def test_without_a_true_order_there_is_no_figure() -> None:
    assert METRIC.parts(truth("a b", order=False), answer("a b"), STANDARD) is None
