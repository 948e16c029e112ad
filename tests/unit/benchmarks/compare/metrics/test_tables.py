"""Similarity of tables, beside another implementation."""

import numpy as np
import pytest
from table_recognition_metric import TEDS

from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.compare.metrics.tables import METRIC, MOST_NODES, teds, tree
from tests.unit.benchmarks.compare.pages_of_text import answer, truth

FRUIT = "<table><tr><td>Fruit</td><td>Price</td></tr><tr><td>Apple</td><td>1.20</td></tr></table>"
TABLES = [
    FRUIT,
    "<table><tr><td>Fruit</td><td>Price</td></tr><tr><td>Appel</td><td>1.2O</td></tr></table>",
    "<table><tr><td colspan='2'>Fruit</td></tr><tr><td>Apple</td><td>1.20</td></tr></table>",
    "<table><tr><td>Fruit</td></tr></table>",
    "<table><tr><td><b>Fruit</b></td><td></td><td>x</td></tr></table>",
]


@pytest.mark.parametrize("true", TABLES)
@pytest.mark.parametrize("read", TABLES)
def test_it_agrees_with_the_package_table_recognition_metric(true: str, read: str) -> None:
    theirs = TEDS()(f"<html><body>{true}</body></html>", f"<html><body>{read}</body></html>")
    assert teds(true, read) == pytest.approx(theirs, abs=1e-6)


def test_a_worked_example() -> None:
    # 7 nodes on both sides; Appel is 2 of 5 characters away from Apple, 1.2O is 1 of 4 away from 1.20.
    assert teds(FRUIT, TABLES[1]) == pytest.approx(1 - (2 / 5 + 1 / 4) / 7, abs=1e-6)


def test_heads_and_groups_of_rows_do_not_count() -> None:
    grouped = FRUIT.replace("<table><tr>", "<table><thead><tr>").replace("</tr><tr>", "</tr></thead><tbody><tr>")
    grouped = grouped.replace("</table>", "</tbody></table>").replace("td>", "th>", 2)
    assert teds(FRUIT, grouped) == 1


@pytest.mark.parametrize("text", ["", "   ", "no table", "<p>still none", "<!-- only a comment -->", "<?x?>"])
def test_what_is_no_table_is_not_like_one(text: str) -> None:
    assert tree(text) is None
    assert teds(FRUIT, text) == 0


def test_tables_that_are_too_large_are_not_compared() -> None:
    large = f"<table>{'<tr><td>1</td></tr>' * (MOST_NODES // 2 + 1)}</table>"
    assert teds(FRUIT, large) == 0
    assert METRIC.parts(truth("", tables=(FRUIT,)), answer("", (large,)), STANDARD) == (0, 1)
    assert METRIC.parts(truth("", tables=(large,)), answer("", (large,)), STANDARD) is None


def test_tables_of_a_page_are_paired_and_one_too_many_costs() -> None:
    other = "<table><tr><td>Name</td></tr></table>"
    right = METRIC.parts(truth("", tables=(FRUIT, other)), answer("", (other, FRUIT)), STANDARD)
    assert right == (2, 2)
    more = METRIC.parts(truth("", tables=(other,)), answer("", (other, FRUIT)), STANDARD)
    assert METRIC.value(np.array(more)) == 50
    assert METRIC.parts(truth("", tables=(other,)), answer("x"), STANDARD) == (0, 1)
    assert METRIC.parts(truth("no table"), answer("x", (other,)), STANDARD) is None
