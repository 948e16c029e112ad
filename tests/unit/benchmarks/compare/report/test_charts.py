"""Charts."""

import re

import numpy as np
import pytest
from lxml import etree

from benchmarks.compare.report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Point, scatter

POINTS = [
    Point("slow & good", 0, (10.0, 8.0, 12.0), (99.0, 98.0, 99.5)),
    Point("fast", 1, (0.1, 0.09, 0.12), (90.0, 85.0, 93.0)),
    Point("<unsure>", 2, (1.0, np.nan, np.nan), (95.0, np.nan, np.nan)),
]


def _places(chart: str) -> list[tuple[float, float]]:
    tree = etree.fromstring(chart)
    return [(float(mark.get("cx")), float(mark.get("cy"))) for mark in tree.iterfind("g/circle")]


def test_every_point_lies_inside_and_in_its_order() -> None:
    slow, fast, unsure = _places(scatter(POINTS, "seconds", "F1", "says"))
    assert fast[0] < unsure[0] < slow[0]
    assert slow[1] < unsure[1] < fast[1]
    assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in (slow, fast, unsure))
    # A hundredfold range is drawn by its logarithm: 1 lies in the middle of 0.1 and 10.
    assert unsure[0] == pytest.approx((fast[0] + slow[0]) / 2, abs=0.2)


def test_points_without_an_interval_have_no_bar_and_all_have_names() -> None:
    chart = scatter(POINTS, "seconds", "F1", "says")
    assert len(re.findall('class="bar"', chart)) == 4
    assert "&lt;unsure&gt;" in chart
    assert "(logarithmic)" in chart


@pytest.mark.parametrize("value", [0.0, 100.0, 1e-9])
def test_one_point_is_drawn_too(value: float) -> None:
    chart = scatter([Point("alone", 0, (value, value, value), (value, value, value))], "x", "y", "says")
    assert not re.search("nan|inf", chart)
