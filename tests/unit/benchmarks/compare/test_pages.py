import pytest

from benchmarks.compare.pages import corners, page_of_text, plain_markdown, polygon_of, table_lines, table_of


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("## Title", "Title"),
        ("- one\n* two\n> three", "one\ntwo\nthree"),
        ("a __b__ **c** d", "a b c d"),
        ("[text](http://x) ![pic](x.png)", "text"),
        ("1 \\* 2 \\# 3", "1 * 2 # 3"),
        ("a &amp; b", "a & b"),
        ("C# and snake_case and 2 * 3 * 4", "C# and snake_case and 2 * 3 * 4"),
        ("#1 of 3", "#1 of 3"),
        ("a<table><tr><td>1</td>\n<td>2</td></tr></table>b", "a\n1 2\nb"),
    ],
)
def test_markdown_loses_its_marks_and_nothing_else(markdown: str, text: str) -> None:
    assert plain_markdown(markdown)[0] == text


def test_tables() -> None:
    table = table_of([(0, 1, 1, 1, "b"), (0, 0, 2, 1, "a<"), (1, 1, 1, 1, "c")])
    assert table == '<table><tr><td rowspan="2">a&lt;</td><td>b</td></tr><tr><td>c</td></tr></table>'
    assert table_lines(table) == ["a< b", "c"]


def test_corners() -> None:
    assert polygon_of([1, 2, 3, 4]) == polygon_of([[1, 2], [3, 4]]) == ((1.0, 2.0), (3.0, 4.0))
    assert corners(0, 1, 2, 3) == ((0, 1), (2, 1), (2, 3), (0, 3))
    assert polygon_of([]) == ()


def test_empty_lines_are_no_lines() -> None:
    assert page_of_text(2, "a\n\n b\n").text == "a\n b"
