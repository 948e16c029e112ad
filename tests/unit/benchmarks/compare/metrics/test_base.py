"""What every metric says of itself."""

import numpy as np
import pytest

from benchmarks.compare.metrics.base import f1, percent
from benchmarks.compare.metrics.registry import METRICS


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_every_metric_says_its_formula_and_its_source(metric) -> None:
    assert metric.summary.endswith(".")
    assert "=" in metric.formula or "share" in metric.formula
    assert len(metric.source) > 30


def test_values_are_taken_of_many_sums_at_once() -> None:
    sums = np.array([[[1.0, 2.0, 2.0], [0.0, 0.0, 0.0]]])
    assert f1(sums).tolist() == [[50, 100]]
    assert np.isnan(percent(np.array([1.0]), np.array([0.0]))).all()
