"""Missed and invented text."""

from itertools import permutations

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from benchmarks.compare.metrics.missed_invented import INVENTED, MISSED, MOST_PAIRED
from benchmarks.compare.metrics.normalise import STANDARD
from tests.unit.benchmarks.compare.pages_of_text import answer, truth


def test_a_misread_word_is_neither_missed_nor_invented() -> None:
    true, read = truth("invoice number 2024 total amount"), answer("invoice numher 2024 zzzz qqqq")
    # numher is number misread; total and amount are missed; zzzz and qqqq are invented.
    parts = MISSED.parts(true, read, STANDARD)
    assert parts == (2, 1, 2, 5, 5)
    assert MISSED.value(np.array(parts)) == pytest.approx(40, abs=1e-6)
    assert INVENTED.value(np.array(parts)) == pytest.approx(40, abs=1e-6)


def test_an_empty_answer_has_missed_all_and_invented_nothing() -> None:
    parts = np.array(MISSED.parts(truth("a b c"), answer(""), STANDARD))
    assert MISSED.value(parts) == 100
    assert np.isnan(INVENTED.value(parts))


def test_of_an_answer_without_end_so_many_words_are_paired() -> None:
    true, read = truth("paper"), answer(" ".join(f"zz{number}" for number in range(MOST_PAIRED + 50)))
    assert MISSED.parts(true, read, STANDARD) == (1, 0, MOST_PAIRED + 50, 1, MOST_PAIRED + 50)
    many = " ".join(f"word{number}" for number in range(MOST_PAIRED + 50))
    parts = MISSED.parts(truth(many), answer(many.replace("word", "werd")), STANDARD)
    assert parts == (50, MOST_PAIRED, 50, MOST_PAIRED + 50, MOST_PAIRED + 50)


def test_pairs_agree_with_trying_all() -> None:
    true, read = ["paper", "letter", "north", "seven"], ["papre", "lettuce", "sevne", "month"]
    best = max((sum(map(Levenshtein.normalized_similarity, true, order)), order) for order in permutations(read))[1]
    alike = sum(Levenshtein.normalized_similarity(one, other) >= 0.5 for one, other in zip(true, best, strict=True))
    assert MISSED.parts(truth(" ".join(true)), answer(" ".join(read)), STANDARD)[1] == alike
