import cv2
import pytest

from models.document import TextLine
from models.layout.analyse import analyse_layout
from tests.unit.models.layout.papers import column, line, paper

LABELS = ["Name of the tenant", "Name of the owner", "Name of the agent", "Name of the caretaker"]
NAMES = ["Theodora Lindqvist", "Bartholomew Okafor", "Wilhelmina Castellan", "Ferdinand Achterberg"]


def form(labels: list[str], values: list[str], pitch: int = 40, x: int = 60) -> list[TextLine]:
    """Labels at x, and each value 240 pixels to the right of its label."""
    rows = [(label, value, 100 + pitch * k) for k, (label, value) in enumerate(zip(labels, values, strict=True))]
    return [
        one for label, value, y in rows
        for one in (line(label, x, y, 9 * len(label)), line(value, x + 240, y, 9 * len(value)))
    ]  # fmt: skip


def read(lines: list[TextLine], page=None) -> list[list[str]]:
    """The texts of each paragraph, and of each row of a table."""
    found = []
    for block in analyse_layout(paper() if page is None else page, lines).blocks:
        if block.table is None:
            found.append([lines[index].text for index in block.lines])
            continue
        for row in range(block.table.rows):
            cells = [cell for cell in block.table.cells if cell.row == row]
            found.append([lines[index].text for cell in cells for index in cell.lines])
    return found


def pairs(labels: list[str], values: list[str]) -> list[list[str]]:
    return [[label, value] for label, value in zip(labels, values, strict=True)]


@pytest.mark.parametrize("pitch", [26, 40, 90])
@pytest.mark.parametrize("colon", ["", ":"])
def test_the_labels_of_a_form_stand_with_their_values(colon, pitch):
    labels = [label + colon for label in LABELS]
    assert read(form(labels, NAMES, pitch)) == pairs(labels, NAMES)


def test_two_labels_with_colons_are_enough():
    assert read(form(["Sender:", "Receiver:"], NAMES[:2])) == pairs(["Sender:", "Receiver:"], NAMES[:2])


def test_chinese_labels_stand_with_their_values():
    labels, values = (
        ["申请人姓名：", "出生年月日：", "现在的地址："],
        ["欧阳小明欧阳小明", "一九九零年一月一", "北京市海淀区中关"],
    )
    lines = [
        one for k, (label, value) in enumerate(pairs(labels, values))
        for one in (line(label, 60, 100 + 90 * k, 120), line(value, 300, 100 + 90 * k, 180))
    ]  # fmt: skip
    assert read(lines) == pairs(labels, values)


def test_two_forms_side_by_side_are_read_one_after_the_other():
    labels, names = ["Sender:", "Receiver:", "Carrier:"], NAMES[:3]
    lines = [*form(labels, names, x=20), *form(labels, names, x=520)]
    found = [text for texts in read(lines) for text in texts]
    assert [found.index(label) + 1 for label in labels] == [found.index(name) for name in names]


@pytest.mark.parametrize("count", [2, 3, 6])
def test_long_articles_stand_with_their_prices_and_without_the_next_article(count):
    rows = [(f"article {k} with a rather long name of its own", f"1{k}.50 €") for k in range(count)]
    lines = []
    for k, (article, price) in enumerate(rows):
        lines += [line(article, 60, 100 + 24 * k, 440 + 9 * (k % 3)), line(price, 640 - 9 * (k % 4), 100 + 24 * k, 80)]
    assert read(lines) == [list(row) for row in rows]


def test_a_note_between_the_rows_of_a_receipt_joins_no_price():
    lines = []
    for k in range(4):
        lines += [
            line(f"Article {k} with its name", 60, 100 + 48 * k, 230),
            line(f"{k}.50", 640 - 9 * (k % 3), 100 + 48 * k, 60),
        ]
        lines += [line(f"{k} x 2.40 each", 80, 124 + 48 * k, 200)]
    found = read(lines)
    assert found[::2] == [[f"Article {k} with its name", f"{k}.50"] for k in range(4)]
    assert found[1::2] == [[f"{k} x 2.40 each"] for k in range(4)]
    assert {block.kind for block in analyse_layout(paper(), lines).blocks} == {"text"}


def test_rows_beside_a_figure_stay_rows():
    page = paper()
    cv2.rectangle(page, (600, 100), (780, 260), (90, 120, 60), -1)
    assert [texts for texts in read(form(LABELS, NAMES), page) if texts] == pairs(LABELS, NAMES)


def test_columns_of_text_are_read_apart():
    words = [column(name, x, 300) for name, x in (("a", 60), ("b", 420))]
    assert read([*words[0], *words[1]]) == [[one.text for one in lines] for lines in words]
