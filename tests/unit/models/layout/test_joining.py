import pytest

from models.layout.joining import join_lines


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["one", "two"], "one two"),
        (["a broken inter-", "national word"], "a broken international word"),
        (["the years 1990-", "1995 were"], "the years 1990-1995 were"),
        (["Jean-", "Luc came"], "Jean-Luc came"),
        (["a dash -", "alone"], "a dash - alone"),
        (["没有空格", "的文字"], "没有空格的文字"),
        (["混合 text", "文字"], "混合 text文字"),
        (["  ", "alone", ""], "alone"),
        ([], ""),
    ],
)
def test_lines_become_one_text(lines, joined):
    assert join_lines(lines) == joined
