"""Tables that are ruled in part: the rules say where, and the words say what is in which cell."""

from models.layout.half_ruled import PartlyRuled, find_partly_ruled, is_crowded, read_words
from models.layout.rules import Rule
from tests.unit.models.layout.papers import span

HEIGHT = 20.0
LEFT, RIGHT = 100.0, 700.0


def words(*rows: tuple[float, list[tuple[str, float, float]]]):
    """Lines at y, each with texts and their left and right edges."""
    flat = [(text, left, y, right - left) for y, row in rows for text, left, right in row]
    return [span(*each, index=index) for index, each in enumerate(flat)]


def rule(y: float, left: float = LEFT, right: float = RIGHT) -> Rule:
    return Rule(y, left, right)


def row(y: float, *texts: str):
    """A row in up to four columns."""
    edges = [(110, 220), (300, 360), (440, 500), (600, 660)]
    return y, [(text, *edge) for text, edge in zip(texts, edges, strict=False) if text]


BOOK = words(
    row(104, "Method", "Prec.", "Recall", "Error"),
    *(row(140 + 26 * number, f"Name{number}", "1.2", "3.4", "5.6") for number in range(5)),
)
BOOK_RULES = [rule(100), rule(130), rule(280)]


def texts(table, spans) -> dict[tuple[int, int, int, int], str]:
    return {
        (cell.row, cell.column, cell.down, cell.across): " ".join(piece.span.text for piece in cell.pieces)
        for cell in table.cells
    }


def read(rules, spans):
    (place,) = find_partly_ruled(rules, spans, HEIGHT)
    table = read_words(place, rules, spans, HEIGHT)
    return None if table is None else texts(table, spans)


def test_a_table_with_three_rules_has_a_row_for_each_line():
    found = read(BOOK_RULES, BOOK)
    assert len(found) == 6 * 4
    assert found[0, 0, 1, 1] == "Method"
    assert found[3, 0, 1, 1] == "Name2"
    assert found[5, 3, 1, 1] == "5.6"


def test_short_rules_below_names_say_which_columns_they_cover():
    spans = words(
        (104, [("Scores", 370, 430)]),
        (120, [("Method", 110, 220)]),
        row(136, "", "Prec.", "Recall", "Error"),
        *(row(180 + 26 * number, f"Name{number}", "1.2", "3.4", "5.6") for number in range(4)),
    )
    found = read([rule(100), rule(128, 290, 510), rule(165), rule(290)], spans)
    assert found[0, 1, 1, 2] == "Scores"
    assert found[0, 0, 2, 1] == "Method"
    assert found[1, 3, 1, 1] == "Error"


def test_rules_between_rows_hold_cells_of_several_lines_together():
    lines = []
    for number in range(4):
        y = 110 + 80 * number
        lines += [
            row(y, f"Name{number}", "first", "one"),
            row(y + 24, "", "second", "two"),
            row(y + 48, "", "", "three"),
        ]
    found = read([rule(100 + 80 * number) for number in range(5)], words(*lines))
    assert found[2, 1, 1, 1] == "first second"
    assert found[3, 2, 1, 1] == "one two three"
    assert max(row for row, *_ in found) == 3


def test_text_in_two_columns_between_two_rules_is_no_table():
    lines = [
        (110 + 26 * number, [("words that fill a column", 100, 380), ("and another column", 420, 700)])
        for number in range(12)
    ]
    assert read([rule(100), rule(440)], words(*lines)) is None


def test_text_across_the_rules_separates_two_tables():
    text = words((300, [("running text between two tables of one width", LEFT, RIGHT)]))
    lower = [rule(330), rule(360), rule(500)]
    second = words(
        row(334, "Method", "Prec."), *(row(370 + 26 * number, f"Other{number}", "7.8") for number in range(4))
    )
    places = find_partly_ruled([*BOOK_RULES, *lower], [*BOOK, *text, *second], HEIGHT)
    assert [place.levels for place in places] == [(100, 130, 280), (330, 360, 500)]


def test_rules_of_other_widths_are_no_table():
    assert find_partly_ruled([rule(100), rule(280, LEFT, 400)], BOOK, HEIGHT) == []


def test_rows_between_two_rules_make_a_grid_crowded():
    place = PartlyRuled((LEFT, 100, RIGHT, 280), (100, 130, 280), (260.0,))
    assert is_crowded(place, BOOK)
    every = tuple(float(y) for y in (100, 130, 162, 188, 214, 240, 280))
    assert not is_crowded(PartlyRuled(place.box, every, place.separators), BOOK)
