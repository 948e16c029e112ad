"""Tests of benchmarks/page.py: which bars are missed."""

import pytest

from benchmarks.page import missed

MET = {
    "page_kilobytes": 399.9,
    "first_paint_seconds": 0.99,
    "one_page_seconds": 2.0,
    "first_page_seconds": 4.9,
    "tab_megabytes": 499.0,
}


def test_nothing_is_missed_below_the_bars() -> None:
    assert missed(MET) == []


@pytest.mark.parametrize(
    ("figure", "value", "told"),
    [
        ("page_kilobytes", 400.0, "the page weighs 400 KB; the bar is 400 KB"),
        ("first_paint_seconds", 1.0, "the first paint comes after 1.00 s; the bar is 1 s"),
        ("first_page_seconds", 5.0, "the first page is drawn 3.0 s after one page's time; the bar is 3 s"),
        ("one_page_seconds", 1.5, "the first page is drawn 3.4 s after one page's time; the bar is 3 s"),
        ("tab_megabytes", 500.0, "the tab takes 500 MB; the bar is 500 MB"),
    ],
)
def test_each_bar_that_is_missed_is_told(figure: str, value: float, told: str) -> None:
    assert missed(MET | {figure: value}) == [told]
