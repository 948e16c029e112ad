from dataclasses import replace

import numpy as np
import pytest

from models.document import TextLine
from models.layout.analyse import analyse_layout
from tests.unit.models.layout.papers import column, line, paper, turned

RECEIPT = [
    one for k in range(7)
    for one in (line(f"Item{k}", 60, 100 + 50 * k, 90), line(f"{k}.50", 400, 100 + 50 * k, 60))
]  # fmt: skip


def read(lines: list[TextLine]) -> list[tuple[str, list[str]]]:
    """The kind of each block, and the texts of its lines."""
    return [
        (block.kind, [lines[index].text for index in block.lines]) for block in analyse_layout(paper(), lines).blocks
    ]


@pytest.mark.parametrize("degrees", [0, 2, -2])
@pytest.mark.parametrize("x", [20, 250, 600])
@pytest.mark.parametrize("text", ["第二联记账凭证请妥善保管", "COPY FOR THE CUSTOMER"])
def test_vertical_text_beside_rows_joins_none_of_them(text, x, degrees):
    upright = line(text, x, 130, 26, 260)
    lines = turned([*RECEIPT[:4], upright, *RECEIPT[4:]], degrees)
    page = analyse_layout(paper(), lines)
    rows = [
        [lines[index].text for cell in block.table.cells if cell.row == row for index in cell.lines]
        for block in page.blocks if block.table for row in range(block.table.rows)
    ]  # fmt: skip
    assert rows == [[f"Item{k}", f"{k}.50"] for k in range(7)]
    assert read(lines)[-1] == ("text", [text])


def test_vertical_text_in_the_margin_splits_no_sentence():
    words = column("w", 60, 640, count=10)
    lines = [*words[:5], line("装订线内请勿答题", 15, 120, 24, 200), *words[5:]]
    assert read(lines) == [("text", [word.text for word in words]), ("text", ["装订线内请勿答题"])]


def test_a_character_that_was_found_apart_belongs_to_its_vertical_line():
    lines = [
        *RECEIPT,
        line("第", 600, 118, 26, 26),
        line("二联记账凭证请妥善", 600, 140, 26, 250),
        line("管", 601, 395, 25, 24),
    ]
    assert read(lines)[-1] == ("text", ["第", "二联记账凭证请妥善", "管"])


def test_vertical_lines_beside_each_other_are_read_as_they_run():
    down = [line(f"{name}行竖排文字很长很长", x, 130, 24, 250) for name, x in (("二", 600), ("一", 630), ("三", 570))]
    assert read([*RECEIPT, *down])[-1][1] == [down[1].text, down[0].text, down[2].text]
    up = [
        replace(line(text, x, 130, 24, 250), direction="up")
        for text, x in (("second line", 600), ("third line", 630), ("first line", 570))
    ]
    assert read([*RECEIPT, *up])[-1][1] == ["first line", "second line", "third line"]


def test_vertical_text_comes_before_what_stands_below_it():
    below = column("below", 60, 640, y=600, count=3)
    lines = [*RECEIPT, line("第二联记账凭证", 600, 130, 26, 260), *below]
    assert [texts[0].split()[0] for _, texts in read(lines)] == ["Item0", "第二联记账凭证", "below0"]


def test_a_level_line_on_a_page_of_vertical_text_joins_none_of_its_lines():
    words = [
        line(f"{name}列文字很长很长很长很长", x, 100, 24, 400) for name, x in (("一", 500), ("二", 464), ("三", 428))
    ]
    level = line("short caption", 300, 510, 230)
    held = [texts for _, texts in read([*words, level])]
    assert ["short caption"] in held
    assert "".join(text[0] for texts in held for text in texts if text != level.text) == "一二三"


def test_a_row_that_is_as_far_away_as_all_others_is_a_part_of_their_table():
    rows = [
        one for k in range(5)
        for one in (line(f"Item{k}", 60, 100 + 60 * k, 90), line(f"{k}.50", 400, 100 + 60 * k, 60))
    ]  # fmt: skip
    (block,) = analyse_layout(paper(), rows).blocks
    assert block.table is not None
    assert np.array_equal(sorted(block.lines), range(10))
