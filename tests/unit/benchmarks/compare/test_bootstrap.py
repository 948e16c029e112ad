"""Intervals, differences and Holm's correction."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.compare.bootstrap import DRAWS, Interval, difference, holm, interval, of_values
from benchmarks.compare.metrics.base import f1, percent

RNG = np.random.default_rng(5)


def _share(sums: np.ndarray) -> np.ndarray:
    return percent(sums[..., 0], sums[..., 1])


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution() -> None:
    values = RNG.normal(50, 10, 400)
    found = interval(np.stack([values, np.full(400, 100.0)], axis=1), _share, seed=1)
    half = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean(), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.12 * half)


def test_it_agrees_with_scipys_bootstrap() -> None:
    parts = RNG.integers(1, 30, (25, 3)).astype(float)
    theirs = stats.bootstrap(
        (np.arange(25),),
        lambda chosen, axis: f1(parts[np.moveaxis(chosen, axis, -1)].sum(axis=-2)),
        n_resamples=20_000,
        method="percentile",
        rng=np.random.default_rng(8),
    ).confidence_interval
    found = interval(parts, f1, seed=1)
    assert found.value == pytest.approx(float(f1(parts.sum(axis=0))), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.08 * (theirs.high - theirs.low))


def test_draws_of_which_nothing_can_be_said_are_left_out() -> None:
    found = interval(np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0]]), _share, seed=1)
    assert (found.value, found.low, found.high) == (50, 50, 50)


def test_the_same_seed_makes_the_same_interval() -> None:
    parts = RNG.integers(1, 30, (12, 3)).astype(float)
    assert interval(parts, f1, seed=1) == interval(parts, f1, seed=1)
    assert interval(parts, f1, seed=1) != interval(parts, f1, seed=2)


def test_documents_are_paired() -> None:
    hard = RNG.uniform(10, 90, 30)
    one = np.stack([hard, np.full(30, 100.0)], axis=1)
    other = np.stack([hard - 1, np.full(30, 100.0)], axis=1)
    found = difference(one, other, _share, seed=1)
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1), abs=1e-6)
    assert found.p == pytest.approx(2 / (DRAWS + 1))


def test_no_difference_has_a_large_p() -> None:
    one = np.stack([RNG.normal(50, 10, 40), np.full(40, 100.0)], axis=1)
    assert difference(one, one, _share, seed=1).p == 1
    shuffled = np.stack([RNG.permutation(one[:, 0]), one[:, 1]], axis=1)
    found = difference(one, shuffled, _share, seed=1)
    assert found.p > 0.5
    assert found.low < 0 < found.high


def test_one_document_has_no_interval() -> None:
    found = interval(np.array([[8.0, 10.0, 10.0]]), f1, seed=1)
    assert isinstance(found, Interval)
    assert found.value == 80
    assert np.isnan([found.low, found.high]).all()
    assert difference(np.array([[1.0, 2.0]]), np.array([[0.0, 2.0]]), _share, seed=1).p == 1


def test_the_interval_of_a_median() -> None:
    found = of_values(range(101), lambda values: np.median(values, axis=-1), seed=1)
    assert found.value == 50
    assert 35 < found.low < 50 < found.high < 65


def test_holms_worked_example() -> None:
    # 0.01 * 4; 0.02 * 3; 0.03 * 2 = 0.06 again; 0.04 * 1 may not be less than the one before.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06], abs=1e-6)
    assert holm([]) == []
    assert holm([0.7, 0.9]) == [1.0, 1.0]
