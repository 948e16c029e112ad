import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.document import TextLine
from models.layout.analyse import analyse_layout
from models.layout.document import PageLayout
from tests.unit.models.layout.papers import HEIGHT, WIDTH, column, line, paper, turned


def texts(lines: list[TextLine], layout: PageLayout) -> list[str]:
    return [lines[index].text.split()[0] for block in layout.blocks for index in block.lines]


def test_a_page_without_lines_has_no_blocks():
    assert analyse_layout(paper(), []).blocks == ()


def test_lines_without_text_are_in_no_block():
    lines = [line("", 50, 50, 300), line("word", 50, 80, 300), line("  ", 50, 110, 300)]
    assert [block.lines for block in analyse_layout(paper(), lines).blocks] == [(1,)]


@pytest.mark.parametrize("degrees", [0, 2, -2])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_columns_are_read_one_after_the_other(columns, degrees):
    width = 700 // columns - 30
    lines = [one for k in range(columns) for one in column("abc"[k], 50 + k * (width + 30), width, y=100 + 5 * k)]
    shuffled = [lines[k] for k in np.random.default_rng(3).permutation(len(lines))]
    leaning = turned(shuffled, degrees)
    assert texts(leaning, analyse_layout(paper(), leaning)) == [one.text.split()[0] for one in lines]


def test_head_and_foot_of_a_page_are_no_part_of_its_columns():
    head = [line("head left", 50, 40, 100), line("head right", 650, 40, 100)]
    head[1] = line("chapter", 650, 40, 100)
    foot = [line("left-foot", 50, 400, 100), line("right-foot", 650, 400, 100)]
    lines = [*head, *column("a", 50, 330), *column("b", 420, 330), *foot]
    order = texts(lines, analyse_layout(paper(), lines))
    assert order[:2] == ["head", "chapter"]
    assert order[-2:] == ["left-foot", "right-foot"]
    assert order[2:10] == [f"a{k}" for k in range(8)]


def test_a_title_over_two_columns_comes_first():
    lines = [*column("a", 50, 330), *column("b", 420, 330), line("The title", 250, 30, 300, 40)]
    layout = analyse_layout(paper(), lines)
    assert texts(lines, layout)[0] == "The"
    assert (layout.blocks[0].kind, layout.blocks[0].level) == ("title", 1)


def test_titles_have_levels_by_size():
    sizes = (60, 40, 30, 30)
    lines = []
    for k, size in enumerate(sizes):
        lines += [line(f"Title {k}", 50, 60 + 220 * k, 160, size), *column("t", 50, 700, y=150 + 220 * k, count=4)]
    titles = [block for block in analyse_layout(paper(), lines).blocks if block.kind == "title"]
    assert [title.level for title in titles] == [1, 2, 3, 3]


def test_white_ends_a_paragraph():
    lines = [*column("a", 50, 700, y=100, count=3), *column("b", 50, 700, y=200, count=3)]
    assert [block.lines for block in analyse_layout(paper(), lines).blocks] == [(0, 1, 2), (3, 4, 5)]


def test_a_line_that_ends_early_ends_a_paragraph():
    lines = column("a", 50, 700, count=6)
    lines[2] = line("a2 short", 50, 148, 200)
    assert [block.lines for block in analyse_layout(paper(), lines).blocks] == [(0, 1, 2), (3, 4, 5)]


def drawn_table(page: np.ndarray, degrees: float = 0) -> None:
    """Three rows and three columns; the first row's last two cells are one, the first column's last two are one."""
    for start, end in [
        ((100, 200), (700, 200)), ((100, 350), (700, 350)), ((100, 200), (100, 350)), ((700, 200), (700, 350)),
        ((100, 250), (700, 250)), ((300, 300), (700, 300)), ((300, 200), (300, 350)), ((500, 250), (500, 350)),
    ]:  # fmt: skip
        turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
        ends = [tuple((turn @ (*point, 1)).round().astype(int).tolist()) for point in (start, end)]
        cv2.line(page, ends[0], ends[1], (0, 0, 0), 2, cv2.LINE_AA)


TABLE_LINES = [
    line("a", 130, 215, 100), line("b", 450, 215, 100), line("c", 130, 290, 100), line("d", 330, 265, 100),
    line("f1", 330, 304, 90), line("f2", 330, 327, 90), line("g", 530, 315, 100),
]  # fmt: skip


@pytest.mark.parametrize("degrees", [0, 2, -2])
def test_a_drawn_table_has_its_merged_and_empty_cells(degrees):
    page = paper()
    drawn_table(page, degrees)
    lines = turned(TABLE_LINES, degrees)
    (block,) = analyse_layout(page, lines).blocks
    assert block.table is not None
    assert block.table.ruled
    found = [(cell.row, cell.column, cell.row_span, cell.column_span, cell.lines) for cell in block.table.cells]
    assert found == [
        (0, 0, 1, 1, (0,)), (0, 1, 1, 2, (1,)), (1, 0, 2, 1, (2,)),
        (1, 1, 1, 1, (3,)), (1, 2, 1, 1, ()), (2, 1, 1, 1, (4, 5)), (2, 2, 1, 1, (6,)),
    ]  # fmt: skip


def test_a_frame_around_text_is_no_table():
    page = paper()
    cv2.rectangle(page, (30, 80), (770, 320), (0, 0, 0), 2)
    assert {block.kind for block in analyse_layout(page, column("a", 60, 680)).blocks} == {"text"}


def test_aligned_lines_are_a_table():
    rows = [("name", "amount", "price"), ("nut", "12", "3.50"), ("bolt", "7", "1.25"), ("screw", "", "0.10")]
    lines = [
        line(text, 100 + 200 * k, 200 + 40 * row, 12 * len(text)) for row, cells in enumerate(rows)
        for k, text in enumerate(cells) if text
    ]  # fmt: skip
    (block,) = analyse_layout(paper(), lines).blocks
    assert block.table is not None
    assert (block.table.rows, block.table.columns, block.table.ruled) == (4, 3, False)
    texts_ = {(cell.row, cell.column): [lines[index].text for index in cell.lines] for cell in block.table.cells}
    assert texts_ == {(r, c): [text] if text else [] for r, cells in enumerate(rows) for c, text in enumerate(cells)}


@pytest.mark.parametrize("lower", [-3, -2, 2, 3])
def test_pieces_of_a_cell_are_read_from_left_to_right(lower):
    rows = [
        one for k in range(5)
        for one in (line(f"left{k}", 60, 100 + 50 * k, 70), line(f"right{k}", 128, 100 + 50 * k + lower, 60),
                    line(f"{k}.50", 400, 100 + 50 * k, 60))
    ]  # fmt: skip
    (block,) = analyse_layout(paper(), rows).blocks
    assert block.table is not None
    first = [[rows[index].text for index in cell.lines] for cell in block.table.cells if cell.column == 0]
    assert first == [[f"left{k}", f"right{k}"] for k in range(5)]


def test_a_numbered_list_is_no_table():
    lines = [
        one
        for k in range(5)
        for one in (line(f"{k}.", 60, 100 + 30 * k, 20), line("item text", 110, 100 + 30 * k, 200))
    ]
    assert all(block.kind == "text" for block in analyse_layout(paper(), lines).blocks)


@pytest.mark.parametrize("text", ["Figure 2: a grey box", "图2 灰色方块"])
def test_a_figure_and_its_caption(text):
    page = paper()
    cv2.rectangle(page, (200, 350), (600, 600), (90, 120, 60), -1)
    lines = [*column("a", 50, 700, count=8), line(text, 300, 612, 200), *column("b", 50, 700, y=680, count=6)]
    blocks = analyse_layout(page, lines).blocks
    kinds = [block.kind for block in blocks]
    assert kinds == ["text", "image", "image_caption", "text"]
    assert np.abs(np.array(blocks[1].box) - (200, 350, 600, 600)).max() <= 12


def test_a_circle_that_was_read_as_a_bullet_is_a_figure():
    page = paper()
    cv2.circle(page, (400, 480), 130, (0, 0, 0), -1)
    lines = [*column("a", 50, 700, count=8), line("•", 268, 348, 264, 264), *column("b", 50, 700, y=640, count=6)]
    blocks = analyse_layout(page, lines).blocks
    assert [(block.kind, len(block.lines)) for block in blocks] == [("text", 8), ("image", 1), ("text", 6)]


def test_a_sign_far_larger_than_the_text_stands_alone():
    lines = [line("O", 50, 60, 200, 160), line("words that follow it", 50, 222, 260), *column("a", 50, 260, y=300)]
    assert analyse_layout(paper(), lines).blocks[0].lines == (0,)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The delivery of parts of the fleet and a cer-", "text"),
        ("The delivery of parts of the fleet at once", "text"),
        ("The delivery of the fleet", "title"),
    ],
)
def test_a_long_or_broken_line_must_be_much_larger_to_be_a_title(text, kind):
    lines = [line(text, 50, 50, 700, 28), *column("a", 50, 700)]
    assert analyse_layout(paper(), lines).blocks[0].kind == kind


def test_upright_chinese_is_read_from_right_to_left():
    lines = [line(f"{name}列文字很长很长", x, 100, 24, 300) for name, x in (("三", 100), ("一", 300), ("二", 200))]
    assert (
        "".join(lines[index].text[0] for block in analyse_layout(paper(), lines).blocks for index in block.lines)
        == "一二三"
    )


quads = st.lists(st.tuples(st.integers(-50, 850), st.integers(-50, 1050)), min_size=4, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(quads, st.sampled_from(["", " ", "word", "多个字", "12", "• item", "Table 1"])), max_size=40))
def test_any_lines_give_a_layout(given_lines):
    lines = [TextLine(text, 0.5, np.array(quad, np.int32)) for quad, text in given_lines]
    layout = analyse_layout(paper(), lines)
    held = sorted(index for block in layout.blocks for index in block.lines)
    assert held == [index for index, one in enumerate(lines) if one.text.strip()]
    for block in layout.blocks:
        x0, y0, x1, y1 = block.box
        assert 0 <= x0 < x1 <= WIDTH
        assert 0 <= y0 < y1 <= HEIGHT
        assert (block.table is not None) == (block.kind == "table")
        if block.table is not None:
            assert sorted(index for cell in block.table.cells for index in cell.lines) == sorted(block.lines)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 2)])
def test_tiny_pages_are_analysed(size):
    assert analyse_layout(paper(*size), [line("x", 0, 0, 1, 1)]).blocks[0].lines == (0,)


def test_three_thousand_lines_are_analysed():
    rng = np.random.default_rng(5)
    lines = [line("word", *rng.integers(0, 4000, 2).tolist(), 60) for _ in range(3000)]
    layout = analyse_layout(paper(4000, 4000), lines)
    assert sum(len(block.lines) for block in layout.blocks) == 3000


@pytest.mark.parametrize(
    ("ends", "goes_on", "blocks"),
    [
        ("a well-", "known thing", 1),
        ("a well", "known thing", 2),
        ("a -", "known thing", 2),
        ("a well-", "Known thing", 2),
    ],
)
def test_a_line_that_ends_within_a_word_ends_no_paragraph(ends, goes_on, blocks):
    lines = [
        line("The first line is long, and full of words", 50, 100, 600),
        line(ends, 50, 130, 90),
        line(goes_on, 50, 160, 160),
    ]
    layout = analyse_layout(paper(), lines)
    assert len(layout.blocks) == blocks
