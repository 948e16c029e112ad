import pytest

from models.layout.joining import join_lines


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["one", "two"], "one two"),
        (["a broken inter-", "national word"], "a broken international word"),
        (["a broken in-", "ter-", "national word"], "a broken international word"),
        (["an up-to-", "date list"], "an up-to-date list"),
        (["her mother-in-", "law said (inter-", "nal)"], "her mother-in-law said (internal)"),
        (["a cost-", "effective up-to-date-", "looking one"], "a cost-effective up-to-date-looking one"),
        (["Self-", "service and well-", "known, all-", "round"], "Self-service and well-known, all-round"),
        (
            ["the “com-", "pound” and l'inter-", "national, a word—com-", "pound"],
            "the “compound” and l'international, a word—compound",
        ),
        (["see https://example.org/my-", "file"], "see https://example.org/my-file"),
        (["mail to any-", "body at some.one-", "else@example.org"], "mail to anybody at some.one-else@example.org"),
        (["an e-", "mail"], "an e-mail"),
        (["a well-defined, long-", "term plan"], "a well-defined, long-term plan"),
        (["a hard\u2011", "hyphen"], "a hard\u2011hyphen"),
        (["a soft\u00ad", "Hyphen and state-of-the\u00ad", "art"], "a softHyphen and state-of-theart"),
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
