import numpy as np
import pytest

from models.document import TextLine
from models.layout.analyse import analyse_layout
from tests.unit.models.layout.papers import column, line, paper

BODY = column("body", 60, 600, y=120, count=30)
"""Thirty lines of prose on a page of 1000 pixels, 24 pixels from each other."""
END = 120 + 24 * 29


def running(lines: list[TextLine], image: np.ndarray | None = None) -> list[tuple[str, str]]:
    layout = analyse_layout(paper() if image is None else image, lines)
    kinds = {"header", "footer", "page_number"}
    return [
        (block.kind, " ".join(lines[index].text for index in block.lines))
        for block in layout.blocks
        if block.kind in kinds
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("THE HISTORY OF THE HARBOUR", "header"),
        ("International Journal of Glaciology 14 (2019) 211-226", "header"),
        ("- 12 -", "page_number"),
        ("Downloaded from www.example.org", "header"),
    ],
)
def test_a_row_far_above_the_text_is_its_head(text, kind):
    assert running([line(text, 200, 60, 10 * len(text)), *BODY]) == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("17", "page_number"),
        ("Page 3 of 10", "page_number"),
        ("© 2014 Example Ltd.", "footer"),
        ("Draft copy", "footer"),
    ],
)
def test_a_row_far_below_the_text_is_its_foot(text, kind):
    assert running([*BODY, line(text, 300, 950, 10 * len(text))]) == [(kind, text)]


def test_the_number_of_a_page_stands_beside_the_head():
    lines = [line("86", 60, 60, 24), line("Chapter Three", 300, 60, 130), *BODY]
    assert running(lines) == [("page_number", "86"), ("header", "Chapter Three")]


def test_several_rows_below_the_text_are_all_taken():
    foot = [line("17", 350, END + 50, 24), line("Downloaded from www.example.org", 200, END + 80, 300, 14)]
    assert [kind for kind, _ in running([*BODY, *foot])] == ["page_number", "footer"]


def test_a_title_is_no_head():
    assert running([line("The History of the Harbour", 200, 40, 360, 34), *BODY]) == []


def test_a_first_line_of_text_is_no_head():
    assert running([line("and so it ended", 60, 96, 200), *BODY]) == []


def test_a_sentence_alone_at_the_end_is_text():
    lines = [*BODY, line("This is the end of the story.", 60, 950, 300)]
    assert running(lines) == []


def test_a_last_paragraph_is_no_foot_where_paragraphs_are_far_apart():
    lines = [one for k in range(8) for one in column(f"p{k}x", 60, 600, y=100 + 110 * k, count=3)]
    assert running([*lines, line("Yours in haste", 60, 960, 140)]) == []


def test_a_page_without_prose_keeps_its_rows():
    rows = [line(f"Item {k}", 60, 60 + 60 * k, 80) for k in range(14)]
    assert running([*rows, line("450", 600, 940, 40)]) == []
    assert running([*rows, line("- 2 -", 370, 960, 60)]) == [("page_number", "- 2 -")]


def test_a_rule_below_a_near_row_makes_it_a_head():
    lines = [line("Annual Report", 60, 88, 130), *BODY]
    ruled = paper()
    ruled[113:115, 60:660] = 0
    assert running(lines) == []
    assert running(lines, ruled) == [("header", "Annual Report")]


def test_heads_come_before_the_text_and_feet_after_it():
    lines = [*BODY, line("17", 350, 950, 24), line("THE HARBOUR", 300, 60, 130)]
    kinds = [block.kind for block in analyse_layout(paper(), lines).blocks]
    assert (kinds[0], kinds[-1]) == ("header", "page_number")


def test_a_row_with_one_line_at_each_margin_may_be_nearer():
    head = [line("Overview of the model", 60, 86, 200), line("M Y Chuttur", 560, 86, 100)]
    assert running([*head, *BODY]) == [("header", "Overview of the model M Y Chuttur")]
    assert running([head[0], *BODY]) == []


ROWS = [line(f"Item {k}", 60, 60 + 60 * k, 80) for k in range(13)]
"""A page without prose, which ends at 800 of 1000 pixels."""


@pytest.mark.parametrize(
    ("text", "x"), [("IBAN GB29 NWBK 6016", 60), ("Form HB-12", 600), ("Deposits are protected.", 325)]
)
def test_small_print_far_below_a_page_without_prose_is_its_foot(text, x):
    foot = line(text, x, 950, 150, 15)
    assert running([*ROWS, foot]) == [("footer", text)]
    assert running([*ROWS, line(text, x, 950, 150)]) == []
    assert running([*ROWS, line("Item 13", 60, 915, 80), foot]) == []


def test_two_rows_of_small_print_are_one_foot():
    foot = [line("Lantern and Sons", 325, 935, 150, 15), line("Registered in Oxton", 325, 955, 150, 15)]
    assert [kind for kind, _ in running([*ROWS, *foot])] == ["footer", "footer"]


@pytest.mark.parametrize("text", ["1) Restated", "* Estimated", "Figures are in thousands."])
def test_a_note_below_a_page_without_prose_is_text(text):
    assert running([*ROWS, line(text, 60, 950, 150, 15)]) == []


def test_the_number_of_a_page_leaves_the_name_beside_it():
    head = [line("Harbour Bank", 60, 20, 120), line("Sheet 1 of 2", 640, 20, 100)]
    assert running([*head, *[line(f"Item {k}", 60, 120 + 60 * k, 80) for k in range(13)]]) == [
        ("page_number", "Sheet 1 of 2")
    ]


def test_the_date_between_two_rules_below_the_name_of_a_newspaper():
    lines = [line("The Harbour Gazette", 200, 20, 400, 40), line("Monday, 4 May 2020", 60, 78, 150, 16), *BODY]
    ruled = paper()
    ruled[70:72, 60:660] = 0
    ruled[100:102, 60:660] = 0
    assert running(lines) == []
    assert running(lines, ruled) == [("header", "Monday, 4 May 2020")]
    assert running([*lines[:1], line("What the harbour needs", 60, 78, 150, 16), *BODY], ruled) == []


def test_a_small_row_is_a_head_where_paragraphs_are_far_apart():
    text = [one for k in range(8) for one in column(f"p{k}x", 60, 600, y=130 + 100 * k, count=3)]
    assert running([line("Amber", 300, 86, 60, 14), *text]) == [("header", "Amber")]
    assert running([line("Amber", 300, 83, 60), *text]) == []


def test_the_number_of_a_page_of_vertical_lines():
    columns = [line("\u6c34\u6728\u5c71\u77f3" * 8, 640 - 40 * k, 100, 20, 640) for k in range(12)]
    assert running([*columns, line("61", 388, 950, 24)]) == [("page_number", "61")]
    assert running([*columns, line("61", 500, 950, 24)]) == []
    latin = [line("words in a turned scan" * 2, 640 - 40 * k, 100, 20, 640) for k in range(12)]
    assert running([*latin, line("61", 388, 950, 24)]) == []
