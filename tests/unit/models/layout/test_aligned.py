"""Tables without rules: long labels, leading dots, labels that go on in the next line."""

import pytest

from models.layout.aligned import find_aligned
from models.layout.pieces import make_bands, piece_of
from tests.unit.models.layout.papers import span

HEIGHT = 20.0


def cells(*rows: list[tuple[str, float, float]]) -> list[dict[tuple[int, int], str]]:
    """The texts of the cells of each table that is found."""
    spans = [
        span(text, left, 100 + 28 * number, right - left, index=number)
        for number, row in enumerate(rows)
        for text, left, right in row
    ]
    bands = make_bands([piece_of(each) for each in spans])
    return [
        {(row, column): " ".join(piece.span.text for piece in pieces) for row, column, _, pieces in table.cells}
        for _, _, table in find_aligned(bands, 3, HEIGHT)
    ]


@pytest.mark.parametrize("amounts", ["12,345", "1.234,50", "(2,345)", "12.5 %"])
def test_long_labels_beside_amounts_are_no_running_text(amounts):
    (table,) = cells(*([(f"Label {n} . . . .", 50, 330), (amounts, 400, 460), (amounts, 540, 600)] for n in range(6)))
    assert len(table) == 6 * 3


def test_running_text_beside_the_numbers_of_its_lines_is_no_table():
    assert (
        cells(
            *([("words that fill it", 50, 330), (str(n), 350, 364), ("more words of it", 400, 680)] for n in range(8))
        )
        == []
    )


def test_a_label_goes_on_in_the_next_line_if_that_begins_with_a_small_letter():
    rows = [[(f"Item {n}", 50, 200), ("1,234", 400, 460), ("5,678", 540, 600)] for n in range(4)]
    (table,) = cells(*rows, [("Prepaid costs and", 50, 240)], [("other assets", 50, 180), *rows[0][1:]])
    assert table[4, 0] == "Prepaid costs and other assets"
    assert table[4, 1] == "1,234"


def test_a_label_without_values_is_a_row_of_its_own_if_the_next_begins_with_a_capital():
    rows = [[(f"Item {n}", 50, 200), ("1,234", 400, 460), ("5,678", 540, 600)] for n in range(4)]
    (table,) = cells(*rows, [("Assets:", 50, 150)], *rows)
    assert table[4, 0] == "Assets:"
    assert table[5, 0] == "Item 0"
