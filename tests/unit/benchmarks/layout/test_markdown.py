"""Markdown of any system is taken apart alike."""

from benchmarks.layout.markdown import compact, read_markdown

TEXT = """# A **bold** title

First line
second line\\*

- one
- two
1. three

<table><tr><td>a</td><td>b</td></tr></table>

| x | y\\|z |
|---|---|
| 1 | 2 |

![](figure) last &amp; least
"""


def test_pieces_end_at_blank_lines_headings_and_items():
    assert read_markdown(TEXT).pieces == (
        "Aboldtitle",
        "Firstlinesecondline*",
        "-one",
        "-two",
        "1.three",
        "last&least",
    )


def test_headings_have_levels():
    assert read_markdown("# one\ntext\n### two ###\n").headings == (("one", 1), ("two", 3))


def test_tables_of_both_kinds_become_html():
    assert read_markdown(TEXT).tables == (
        "<table><tr><td>a</td><td>b</td></tr></table>",
        "<table><tr><td>x</td><td>y|z</td></tr><tr><td>1</td><td>2</td></tr></table>",
    )


def test_the_whole_holds_the_cells_in_order():
    assert read_markdown("before\n\n<table><tr><td>a b</td><td>c</td></tr></table>\n\nafter").whole == "beforeabcafter"


def test_compact_text_has_no_white_space_and_one_form():
    assert compact(" a\u00a0b\n\ufb01 ") == "abfi"
