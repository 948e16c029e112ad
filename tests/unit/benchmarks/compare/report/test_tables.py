"""CSV and JSON."""

import json

import numpy as np

from benchmarks.compare.bootstrap import Interval
from benchmarks.compare.report.tables import _csv, as_json


def test_a_spreadsheet_takes_no_text_for_a_formula() -> None:
    assert _csv([["=1+1", "@x", "-2.5", "-a", "plain"]]) == "'=1+1,'@x,-2.5,'-a,plain\n"


def test_what_is_not_known_is_an_empty_cell() -> None:
    assert _csv([["ours", "", 1]]) == "ours,,1\n"


def test_what_is_not_known_is_null() -> None:
    assert json.loads(as_json(Interval(1.0, np.nan, np.nan, 1)))["low"] is None
