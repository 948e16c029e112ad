"""TEDS and relations of cells, on tables whose figures can be worked out by hand."""

import pytest

from benchmarks.layout.teds import relation_score, relations, teds

PLAIN = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"


def test_equal_tables_have_one_whatever_marks_their_header():
    other = PLAIN.replace("<table><tr><td>a</td><td>b</td></tr>", "<table><thead><tr><th>a</th><th>b</th></tr></thead>")
    assert teds(PLAIN, other) == teds(PLAIN, PLAIN) == 1.0


def test_a_missing_cell_costs_one_of_seven_nodes():
    assert teds(PLAIN, PLAIN.replace("<td>d</td>", "")) == pytest.approx(1 - 1 / 7)


def test_half_of_the_text_of_a_cell_costs_half_a_node():
    assert teds(PLAIN.replace("<td>d", "<td>de"), PLAIN) == pytest.approx(1 - 0.5 / 7)


def test_a_cell_with_other_spans_costs_a_node():
    assert teds(PLAIN, PLAIN.replace("<td>d", '<td rowspan="2">d')) == pytest.approx(1 - 1 / 7)


def test_a_table_and_nothing_have_little_in_common():
    assert teds(PLAIN, "<table></table>") == pytest.approx(1 / 7)


def test_dots_that_lead_to_a_number_are_no_text():
    assert teds(PLAIN, PLAIN.replace("<td>a", "<td>a . . . . . .")) == 1.0


def test_relations_skip_empty_cells_and_know_spans():
    html = '<table><tr><td rowspan="2">a</td><td></td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>'
    assert sorted(relations(html)) == [
        ("a", "b", "right"),
        ("a", "c", "right"),
        ("b", "d", "below"),
        ("c", "d", "right"),
    ]


def test_the_score_of_relations_is_their_f1():
    assert relation_score(PLAIN, PLAIN) == 1.0
    # Four relations are true and two of them are found, with none that is wrong.
    assert relation_score(PLAIN, PLAIN.replace("<td>d</td>", "")) == pytest.approx(2 * 2 / 6)
