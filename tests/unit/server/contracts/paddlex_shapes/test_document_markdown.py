from dataclasses import replace

import pytest

from models.layout.document import Block, PageLayout
from server.contracts.paddlex_shapes.document_blocks import labelled_blocks
from server.contracts.paddlex_shapes.document_markdown import continuation, document_markdown, heading_level
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from tests.unit.server.contracts.paddlex_shapes.small_document import LAYOUT, WIDTH, lines
from tests.unit.server.export.results import quad

ROWS = "<tr><td>Name</td><td>Sum</td></tr><tr><td>A &amp; B</td><td>7</td></tr>"
NAME = "imgs/img_in_image_box_50_250_250_340.jpg"


def markdown(style: DocumentStyle, page_index: int = 0, layout: PageLayout = LAYOUT) -> str:
    blocks = labelled_blocks(layout, page_index, tables=style.tables, ignored=style.ignored_labels)
    return document_markdown(blocks, lines(), style, WIDTH, page_index)


def test_pretty_markdown_is_that_of_the_contract_to_the_letter():
    assert markdown(DocumentStyle()) == (
        "# A Report\n\n"
        "#### 2.1.3 Scope &amp; Aim\n\n"
        "Goods are sent &lt;now&gt;.\n\n"
        '<div style="text-align: center;">Table 1: x &lt; y</div>\n\n\n'
        f'<div style="text-align: center;"><html><body><table border="1">{ROWS}</table></body></html></div>\n\n\n'
        f'<div style="text-align: center;"><img src="{NAME}" alt="Image" width="50%" /></div>\n\n\n'
        "inside\n\n"
        '<div style="text-align: center;">Figure 1: a plot</div>\n'
    )


def test_plain_markdown_has_no_html_but_the_table():
    assert markdown(DocumentStyle(pretty=False)) == (
        "# A Report\n\n#### 2.1.3 Scope &amp; Aim\n\nGoods are sent &lt;now&gt;.\n\nTable 1: x &lt; y\n\n"
        f"<table>{ROWS}</table>\n\n![]({NAME})\n\ninside\n\nFigure 1: a plot"
    )


def test_the_vision_shape_has_its_own_table():
    text = markdown(DocumentStyle(vision_language=True))
    table = f"<table border=1 style='margin: auto; word-wrap: break-word;'>{ROWS}</table>\n"
    assert table in text
    assert "<html>" not in text


def test_tables_and_pictures_stand_on_one_line_each():
    for style in (DocumentStyle(), DocumentStyle(pretty=False), DocumentStyle(vision_language=True)):
        found = [line for line in markdown(style).split("\n") if "<table" in line or NAME in line]
        assert len(found) == 2
        assert all(line.count("<table") == line.count("</table>") for line in found)


def test_ignored_labels_are_left_out_and_an_empty_list_keeps_everything():
    assert "Figure 1" not in markdown(DocumentStyle(ignored_labels=("figure_title",)))
    assert markdown(DocumentStyle(ignored_labels=())) == markdown(DocumentStyle())


def test_a_table_that_is_not_wanted_is_its_lines():
    text = markdown(DocumentStyle(tables=False))
    assert "<table" not in text
    assert "Name\tSum\n\nA &amp; B\t7" in text


def test_a_blank_page_is_empty():
    assert markdown(DocumentStyle(), layout=PageLayout(())) == ""
    assert markdown(DocumentStyle(), layout=PageLayout((Block("text", (0, 0, 9, 9), ()),))) == ""


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Scope", 2),
        ("1. Scope", 2),
        ("2 Scope", 2),
        ("2.1 Scope", 3),
        ("2.1.3 Scope", 4),
        ("2.1.3.4.5.6 x", 6),
        ("2024", 2),
    ],
)
def test_numbering_deepens_a_heading(title, level):
    assert heading_level(title) == level


def flags(first: tuple[int, int], last: tuple[int, int], page_index: int = 1, kinds=("text", "text")):
    read = (
        replace(lines()[0], quad=quad(first[0], 0, first[1], 10)),
        replace(lines()[0], quad=quad(20, 20, 380, 30)),
        replace(lines()[0], quad=quad(last[0], 40, last[1], 50)),
    )
    blocks = PageLayout((Block(kinds[0], (20, 0, 380, 30), (0, 1)), Block(kinds[1], (20, 40, 380, 50), (2,))))
    labelled = labelled_blocks(blocks, page_index, tables=True, ignored=())
    return continuation(labelled, read, DocumentStyle(), page_index)


def test_a_page_goes_on_where_its_first_line_begins_at_the_left_and_its_last_one_reaches_the_right():
    assert flags((20, 380), (20, 380)) == (False, False)
    assert flags((45, 380), (20, 200)) == (True, True)


def test_the_first_page_begins_a_paragraph_and_so_does_a_title():
    assert flags((20, 380), (20, 380), page_index=0) == (True, False)
    assert flags((20, 380), (20, 200), kinds=("title", "text")) == (True, True)
    assert continuation((), (), DocumentStyle(), 3) == (True, True)
