"""The analysis of a page with a layout model's regions in place of the geometric guesses."""

import numpy as np
import pytest

from models.layout.analyse import analyse_layout
from models.layout.document import PageLayout
from models.layout.regions import CellPlace, Grid, Region
from tests.unit.models.layout.papers import column, line, paper


def region(label: str, x0: float, y0: float, x1: float, y1: float, grid: Grid | None = None) -> Region:
    return Region(label, 0.9, (x0, y0, x1, y1), grid)


def kinds(layout: PageLayout) -> list[tuple[str, tuple[int, ...]]]:
    return [(block.kind, block.lines) for block in layout.blocks]


def test_paragraphs_are_cut_and_joined_as_the_model_saw_them():
    lines = column("a", 50, 600, count=6)
    regions = [region("text", 40, 90, 700, 172), region("text", 40, 172, 700, 300)]
    assert kinds(analyse_layout(paper(), lines)) == [("text", (0, 1, 2, 3, 4, 5))]
    assert kinds(analyse_layout(paper(), lines, regions)) == [("text", (0, 1, 2)), ("text", (3, 4, 5))]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("doc_title", "title"),
        ("paragraph_title", "title"),
        ("title", "title"),
        ("figure_title", "image_caption"),
        ("table_caption", "table_caption"),
        ("abstract", "text"),
        ("a label of a later model", "text"),
    ],
)
def test_a_paragraph_is_what_the_model_calls_it(label, kind):
    lines = column("a", 50, 600, count=3)
    assert [block.kind for block in analyse_layout(paper(), lines, [region(label, 40, 90, 700, 200)]).blocks] == [kind]


def test_a_caption_of_anything_belongs_to_what_is_near():
    lines = [line("Figure 1: a thing", 100, 310, 200), *column("a", 50, 600, y=500, count=3)]
    regions = [region("image", 60, 60, 500, 300), region("figure_table_chart_title", 90, 305, 320, 335)]
    layout = analyse_layout(paper(), lines, regions)
    assert [block.kind for block in layout.blocks] == ["image", "image_caption", "text"]


def test_a_picture_holds_the_lines_in_it():
    lines = [line("label", 100, 120, 80), *column("a", 50, 600, y=500, count=3)]
    layout = analyse_layout(paper(), lines, [region("figure", 60, 60, 500, 300)])
    assert kinds(layout) == [("image", (0,)), ("text", (1, 2, 3))]
    assert layout.blocks[0].box == (60, 60, 500, 300)


def test_the_table_models_cells_take_the_lines():
    lines = [
        line("head", 110, 110, 200),
        line("one", 110, 160, 80),
        line("two", 310, 160, 80),
        line("low", 312, 185, 80),
    ]
    cells = (
        CellPlace(0, 0, 1, 2, (100, 100, 500, 140)),
        CellPlace(1, 0, 1, 1, (100, 150, 300, 220)),
        CellPlace(1, 1, 1, 1, (300, 150, 500, 220)),
    )
    table = region("table", 100, 100, 500, 220, Grid(3, 2, cells))
    (block,) = analyse_layout(paper(), lines, [table]).blocks
    assert block.kind == "table"
    assert block.table is not None
    assert (block.table.rows, block.table.columns, block.table.ruled) == (3, 2, False)
    places = [(cell.row, cell.column, cell.column_span, cell.lines) for cell in block.table.cells]
    assert places == [(0, 0, 2, (0,)), (1, 0, 1, (1,)), (1, 1, 1, (2, 3)), (2, 0, 1, ()), (2, 1, 1, ())]


def test_drawn_rules_know_the_cells_better_than_a_model():
    page = paper()
    for x in (100, 300, 500):
        page[100:222, x : x + 2] = 0
    for y in (100, 140, 180, 220):
        page[y : y + 2, 100:502] = 0
    lines = [line(f"c{row}{column}", 120 + 200 * column, 110 + 40 * row, 80) for row in range(3) for column in range(2)]
    wrong = Grid(1, 2, (CellPlace(0, 0, 1, 1, (100, 100, 110, 110)), CellPlace(0, 1, 1, 1, (110, 100, 120, 110))))
    (block,) = analyse_layout(page, lines, [region("table", 98, 99, 503, 223, wrong)]).blocks
    assert block.table is not None
    assert (block.table.rows, block.table.columns, block.table.ruled) == (3, 2, True)


def test_drawn_rules_that_the_model_calls_no_table_are_none():
    page = paper()
    page[100:222, 100:102] = page[100:222, 500:502] = 0
    for y in (100, 160, 220):
        page[y : y + 2, 100:502] = 0
    lines = [line("one", 120, 120, 80), line("two", 120, 180, 80)]
    layout = analyse_layout(page, lines, [region("text", 100, 100, 502, 222)])
    assert kinds(layout) == [("text", (0, 1))]


def test_drawn_rules_of_which_the_model_says_nothing_stay_a_table():
    page = paper()
    for x in (100, 300, 500):
        page[100:222, x : x + 2] = 0
    for y in (100, 140, 180, 220):
        page[y : y + 2, 100:502] = 0
    lines = [line(f"c{row}{column}", 120 + 200 * column, 110 + 40 * row, 80) for row in range(3) for column in range(2)]
    layout = analyse_layout(page, lines, [region("text", 100, 500, 502, 700)])
    assert [block.kind for block in layout.blocks] == ["table"]


def test_a_table_without_known_cells_is_left_to_the_geometry():
    rows = [
        [line(f"cell {row}{number}", 60 + 200 * number, 100 + 30 * row, 90) for number in range(3)] for row in range(4)
    ]
    lines = [cell for row in rows for cell in row]
    (block,) = analyse_layout(paper(), lines, [region("table", 50, 90, 600, 230)]).blocks
    assert block.table is not None
    assert (block.table.rows, block.table.columns) == (4, 3)


def test_every_line_with_text_is_in_one_block_whatever_the_regions_are():
    random = np.random.default_rng(5)
    labels = ["text", "title", "table", "figure", "figure_title", "unknown"]
    lines = [*column("a", 50, 330), *column("b", 420, 330), line("", 50, 700, 100), line("last", 50, 800, 100)]
    for _ in range(60):
        regions = []
        for label in random.choice(labels, 5):
            x0, x1 = sorted(random.uniform(0, 800, 2))
            y0, y1 = sorted(random.uniform(0, 1000, 2))
            cells = tuple(CellPlace(0, place, 1, 1, (x0, y0, x1, y1)) for place in range(random.integers(0, 4)))
            regions.append(region(str(label), x0, y0, x1 + 1, y1 + 1, Grid(2, 4, cells) if label == "table" else None))
        layout = analyse_layout(paper(), lines, regions)
        held = sorted(index for block in layout.blocks for index in block.lines)
        assert held == [index for index, one in enumerate(lines) if one.text]


@pytest.mark.parametrize("lefts", [(110, 210), (110, 260, 410)], ids=["model", "words"])
def test_words_decide_where_the_table_models_cells_do_not_fit_them(lefts):
    """The model saw two columns."""
    lines = [line(f"{row}.{left}", left, 110 + 30 * row, 60) for row in range(4) for left in lefts]
    edges = (100, 190, 600)
    places = tuple(
        CellPlace(row, column, 1, 1, (edges[column], 100 + 30 * row, edges[column + 1], 130 + 30 * row))
        for row in range(4)
        for column in range(2)
    )
    (block,) = analyse_layout(paper(), lines, [region("table", 100, 100, 600, 220, Grid(4, 2, places))]).blocks
    assert block.table.columns == len(lefts)
    assert [cell.lines for cell in block.table.cells] == [(number,) for number in range(len(lines))]


def test_a_region_of_many_lines_and_nothing_else_is_no_picture():
    rows = [
        line(f"{row} {column}", 80 + 220 * column, 100 + 30 * row, 90, 20) for row in range(5) for column in range(3)
    ]
    figure = region("figure", 60, 80, 700, 280)
    assert [block.kind for block in analyse_layout(paper(), rows, [figure]).blocks] == ["table"]
    drawn = paper()
    drawn[90:270, 600:690] = 60
    assert [block.kind for block in analyse_layout(drawn, rows, [figure]).blocks] == ["image"]
