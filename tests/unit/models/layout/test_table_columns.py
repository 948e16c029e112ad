"""Columns of a table without vertical rules, and the pieces that stand in them."""

import pytest

from models.layout.pieces import Band, make_bands, piece_of
from models.layout.table_columns import find_columns, place_band
from tests.unit.models.layout.papers import span

HEIGHT = 20.0


def bands(*rows: list[tuple[str, float, float]]) -> list[Band]:
    """Rows of texts with their left and right edges."""
    spans = [
        span(text, left, 100 + 30 * number, right - left)
        for number, row in enumerate(rows)
        for text, left, right in row
    ]
    return make_bands([piece_of(each) for each in spans])


ROWS = [[("Lantern", 50, 200), ("1,234", 300, 380), ("5,678", 450, 530)] for _ in range(4)]


def places(band: Band, columns) -> dict[str, tuple[int, int]]:
    return {piece.span.text: (first, last) for first, last, piece in place_band(band, columns)}


def test_white_that_all_rows_share_separates_columns():
    assert len(find_columns(bands(*ROWS), HEIGHT)) == 3
    assert find_columns([], HEIGHT) == []


def test_a_vertical_rule_separates_columns_however_narrow_the_white_is():
    narrow = bands(*([("12", 100, 140), ("34", 139, 180)] for _ in range(4)))
    assert len(find_columns(narrow, HEIGHT)) == 1
    assert len(find_columns(narrow, HEIGHT, (139.5,))) == 2


@pytest.mark.parametrize("sign", ["$", "€", "US$"])
def test_a_sign_of_a_currency_is_no_column_and_belongs_to_the_number_after_it(sign):
    rows = [[*row[:1], (sign, 240, 256), *row[1:]] for row in ROWS]
    columns = find_columns(bands(*rows), HEIGHT)
    assert len(columns) == 3
    assert places(bands(rows[0])[0], columns)[sign] == (1, 1)


def test_a_percent_sign_belongs_to_the_number_before_it():
    rows = [[*row, ("%", 545, 560)] for row in ROWS]
    columns = find_columns(bands(*rows), HEIGHT)
    assert places(bands(rows[0])[0], columns)["%"] == (2, 2)


def test_a_name_in_the_middle_of_the_table_covers_all_columns():
    columns = find_columns(bands(*ROWS), HEIGHT)
    assert places(bands([("Group", 250, 330)])[0], columns) == {"Group": (0, 2)}
    assert places(bands([("Lantern", 50, 200)])[0], columns) == {"Lantern": (0, 0)}


def test_a_name_between_two_columns_covers_both_and_a_wide_name_of_one_does_not():
    columns = find_columns(bands(*ROWS), HEIGHT)
    assert places(bands([("x", 60, 100), ("Both", 370, 460)])[0], columns)["Both"] == (1, 2)
    # It begins far to the left of its numbers, which stand at the right.
    wide = places(bands([("31 December", 205, 380), ("2001", 450, 530)])[0], columns)
    assert wide["31 December"] == (1, 1)
