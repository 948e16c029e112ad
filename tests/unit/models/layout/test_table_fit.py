"""The fit of a table is the share of neighbours side by side that it has in one row and in two cells."""

from models.layout.document import Cell, Table
from models.layout.table_fit import fit_of
from tests.unit.models.layout.papers import span

SPANS = [
    span(text, left, top, 80, index=number)
    for number, (text, left, top) in enumerate([("a", 0, 0), ("b", 200, 0), ("c", 0, 40), ("d", 200, 40)])
]


def table(*cells: tuple[int, int, tuple[int, ...]], rows: int = 2, columns: int = 2) -> Table:
    return Table(rows, columns, tuple(Cell(row, column, 1, 1, lines) for row, column, lines in cells), ruled=False)


def test_each_word_in_its_cell_fits():
    assert fit_of(table((0, 0, (0,)), (0, 1, (1,)), (1, 0, (2,)), (1, 1, (3,))), SPANS) == 1.0


def test_words_side_by_side_in_one_cell_do_not_fit():
    assert fit_of(table((0, 0, (0, 1)), (0, 1, ()), (1, 0, (2,)), (1, 1, (3,))), SPANS) == 0.5


def test_words_side_by_side_in_two_rows_do_not_fit():
    assert fit_of(table((0, 0, (0,)), (1, 1, (1,)), (1, 0, (2,)), (0, 1, (3,))), SPANS) == 0.0


def test_words_that_the_table_does_not_hold_do_not_fit():
    assert fit_of(table((0, 0, (0,)), (0, 1, (1,))), SPANS) == 0.5


def test_nothing_tells_about_words_below_each_other():
    assert fit_of(table((0, 0, (0,)), (1, 0, (2,)), columns=1), SPANS[::2]) == 0.0
