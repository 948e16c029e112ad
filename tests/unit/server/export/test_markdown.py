import numpy as np
import pytest

from models.document import TextLine
from models.layout.document import Block, Cell, PageLayout, Table
from server.export.markdown import block_markdown, page_markdown
from server.export.text import block_text, page_text

BOX = (0, 0, 10, 10)
TEXTS = ("Title <1>", "first", "second & 'third'", "a", 'b "c"', "d", "inside", "Figure 1")
LINES = tuple(TextLine(text, 1.0, np.zeros((4, 2), np.int32)) for text in TEXTS)
TABLE = Table(
    2, 2, (Cell(0, 0, 2, 1, (3,)), Cell(0, 1, 1, 1, (4,)), Cell(1, 1, 1, 1, (5,))), ruled=True
)  # fmt: skip
LAYOUT = PageLayout(
    (
        Block("title", BOX, (0,), 2),
        Block("text", BOX, (1, 2)),
        Block("table", BOX, (3, 4, 5), table=TABLE),
        Block("image", BOX, (6,)),
        Block("image_caption", BOX, (7,)),
    )
)


def test_markdown_escapes_what_was_read_and_nothing_else():
    assert page_markdown(LINES, LAYOUT, escape=True, figure=lambda _: "p.png?a=1&b=2") == (
        "## Title &lt;1&gt;\n\n"
        "first second &amp; &#x27;third&#x27;\n\n"
        '<table><tr><td rowspan="2">a</td><td>b &quot;c&quot;</td></tr><tr><td>d</td></tr></table>\n\n'
        "![](p.png?a=1&b=2)\n\n"
        "Figure 1"
    )


def test_markdown_is_verbatim_where_escaping_is_off_and_figures_are_their_text_where_none_are_wanted():
    blocks = page_markdown(LINES, LAYOUT, escape=False, figure=None).split("\n\n")
    assert blocks[0] == "## Title <1>"
    assert blocks[2].startswith('<table><tr><td rowspan="2">a</td><td>b "c"</td>')
    assert blocks[3] == "inside"


def test_what_looks_like_markup_is_text():
    texts = (
        "1. Notes #",
        "# of items:",
        "5 *each*",
        "![x](http://a.example)",
        "* a",
        "---",
        "</td><b>*x*</b>",
        "A & B",
    )
    lines = tuple(TextLine(text, 1.0, np.zeros((4, 2), np.int32)) for text in texts)
    table = Table(1, 2, (Cell(0, 0, 1, 1, (6,)), Cell(0, 1, 1, 1, (7,))), ruled=True)
    layout = PageLayout(
        (
            Block("title", BOX, (0,), 1),
            Block("text", BOX, (1, 2)),
            Block("image_caption", BOX, (3,)),
            Block("image", BOX, (4, 5)),
            Block("table", BOX, (6, 7), table=table),
        )
    )
    page = page_markdown(lines, layout, escape=False, figure=None)
    assert page == (
        "# 1. Notes \\#\n\n"
        "\\# of items: 5 \\*each\\*\n\n"
        "!\\[x\\](http://a.example)\n\n"
        "\\* a\n\\---\n\n"
        "<table><tr><td>&lt;/td>&lt;b>*x*&lt;/b></td><td>A & B</td></tr></table>"
    )
    cells = "<td>&lt;/td&gt;&lt;b&gt;*x*&lt;/b&gt;</td><td>A &amp; B</td>"
    escaped = page_markdown(lines, layout, escape=True, figure=None)
    assert escaped == page.replace("<td>&lt;/td>&lt;b>*x*&lt;/b></td><td>A & B</td>", cells)


def test_columns_that_a_cell_covers():
    table = Table(1, 3, (Cell(0, 0, 1, 3, (1,)),), ruled=True)
    block = Block("table", BOX, (1,), table=table)
    assert (
        block_markdown(block, LINES, escape=True, figure=None) == '<table><tr><td colspan="3">first</td></tr></table>'
    )


def test_text_has_a_paragraph_a_line_and_tabs_between_cells():
    assert page_text(LINES, LAYOUT) == (
        "Title <1>\nfirst second & 'third'\na\tb \"c\"\n\td\ninside\nFigure 1"
    )  # fmt: skip


@pytest.mark.parametrize("block", [Block("image", BOX, ()), Block("text", BOX, ())])
def test_a_block_without_lines_is_nothing(block):
    assert block_text(block, LINES, escape=True) == ""
    assert block_markdown(block, LINES, escape=True, figure=None) == ""
    assert page_text((), PageLayout((block,))) == ""


def test_running_heads_and_feet_are_in_neither_markdown_nor_text():
    layout = PageLayout((Block("header", BOX, (3,)), Block("text", BOX, (5,)), Block("page_number", BOX, (7,))))
    assert page_markdown(LINES, layout, escape=False, figure=None) == "d"
    assert page_text(LINES, layout) == "d"


def test_items_of_a_list_have_their_marks_and_a_single_one_is_text():
    texts = ("• tea", "• # a lamp", "Then:", "1. go", "Or:", "2. stay", "3. rest")
    lines = tuple(TextLine(text, 1.0, np.zeros((4, 2), np.int32)) for text in texts)
    layout = PageLayout(tuple(Block("text", BOX, (index,)) for index in range(len(texts))))
    assert page_markdown(lines, layout, escape=False, figure=None).split("\n\n") == [
        "- tea",
        r"- \# a lamp",
        "Then:",
        r"1\. go",
        "Or:",
        "2. stay",
        "3. rest",
    ]
