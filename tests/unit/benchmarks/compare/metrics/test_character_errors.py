"""Character error rate, beside jiwer."""

import jiwer
import numpy as np
import pytest

from benchmarks.compare.metrics.character_errors import METRIC
from benchmarks.compare.metrics.normalise import AS_READ, NORMALISATIONS
from tests.unit.benchmarks.compare.pages_of_text import answer, truth

PAIRS = [
    ("kitten", "sitting"),
    ("The quick brown fox", "teh quick  brown foxes"),
    ("合计 人民币 ￥1,200.00", "合計人民币 ¥1,2OO.00"),
    ("a b c", ""),
    ("short", "a very long answer that nobody asked for"),
]


@pytest.mark.parametrize(("true", "read"), PAIRS)
@pytest.mark.parametrize("normalisation", NORMALISATIONS, ids=lambda each: each.name)
def test_it_agrees_with_jiwer(true: str, read: str, normalisation) -> None:
    ours = METRIC.value(np.array(METRIC.parts(truth(true), answer(read), normalisation)))
    theirs = 100 * jiwer.cer(normalisation.text(true), normalisation.text(read))
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_pages_count_by_their_length() -> None:
    parts = [METRIC.parts(truth(true), answer(read), AS_READ) for true, read in PAIRS]
    theirs = 100 * jiwer.cer(*(list(map(AS_READ.text, side)) for side in zip(*PAIRS, strict=True)))
    assert METRIC.value(np.array(parts).sum(axis=0)) == pytest.approx(theirs, abs=1e-6)


def test_without_a_reading_order_there_is_no_rate() -> None:
    assert METRIC.parts(truth("a", order=False), answer("a"), AS_READ) is None


def test_the_order_of_lines_counts() -> None:
    assert METRIC.parts(truth("ab\ncd"), answer("cd\nab"), AS_READ)[0] > 0
