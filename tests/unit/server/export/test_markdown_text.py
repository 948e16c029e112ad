"""Two parsers that are not ours read what was escaped: markdown-it, and GitHub's own cmark-gfm."""

import html
import re
from collections.abc import Iterable

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from server.export.markdown_text import escape_markdown, escape_table_cell

COMMON = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = (
    *"#>-+*_~`=|[]()!<>&\\:;.\"'$/1a ", "\n", "    ", "\t", "--", "---", "```", "~~~", "**", "](", "![", "<b>", "</b>",
    "<!--", "&amp;", "&#35;", "http://a", "1.", "2)", "[a]:", "[^1]:", "é", "€", "中", "。", "\u00a0", "word", "\n\n",
    "a@b.c", "<http://x>", "<div", "- [ ] ",
)  # fmt: skip
MARKED = st.lists(st.sampled_from(MARKS), max_size=12).map("".join)
PLAIN = {"paragraph_open", "paragraph_close"}, {"p"}
HEADING = {"heading_open", "heading_close"}, {"h2"}


def words(text: str) -> str:
    return " ".join(text.split())


def by_markdown_it(source: str) -> tuple[str, set[str]]:
    """The shown text with single blanks, and the kinds of everything else."""
    texts, kinds = [], set()

    def go(tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.type in ("text", "text_special"):
                texts.append(token.content)
            elif token.type == "softbreak":
                texts.append(" ")
            elif token.type == "inline":
                go(token.children or ())
            else:
                kinds.add(token.type)
                texts.append(" " if token.type == "paragraph_close" else "")

    go(COMMON.parse(source))
    return words("".join(texts)), kinds


def by_cmark(source: str) -> tuple[str, set[str]]:
    """The shown text with single blanks, and all tags."""
    made = cmarkgfm.markdown_to_html_with_extensions(
        source,
        options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
        extensions=["table", "strikethrough", "tasklist"],
    )
    return words(html.unescape(re.sub("<[^>]*>", "", made.replace("</p>", " ")))), set(
        re.findall("<([a-z!?]+[0-9]?)", made)
    )


def assert_shown(source: str, text: str, allowed: tuple[set[str], set[str]]) -> None:
    for (shown, kinds), kinds_allowed in zip((by_markdown_it(source), by_cmark(source)), allowed, strict=True):
        assert shown == words(text), source
        assert kinds <= kinds_allowed, source


@given(text=MARKED, as_html=st.booleans())
@settings(max_examples=600, deadline=None)
@example(text="![x](http://evil.example/p.png)", as_html=True)
@example(text="`\n```a", as_html=False)
@example(text="[\n[a]:b", as_html=False)
@example(text="a\\\nb", as_html=False)
@example(text="a  \nb", as_html=True)
@example(text="<a@b.c>", as_html=False)
@example(text="€*(a)*€", as_html=False)
@example(text="\n\t# a", as_html=False)
@example(text="a | b\n:-|-\n1 | 2", as_html=True)
def test_every_text_is_shown_as_it_is(text: str, as_html: bool) -> None:
    assert_shown(escape_markdown(text, html=as_html), text, PLAIN)


@given(text=MARKED.map(words), as_html=st.booleans())
@settings(max_examples=300, deadline=None)
@example(text="C #", as_html=False)
@example(text="#", as_html=False)
@example(text="1. Introduction", as_html=False)
def test_every_heading_is_shown_as_it_is(text: str, as_html: bool) -> None:
    assert_shown(f"## {escape_markdown(text, html=as_html, heading=True)}", text, HEADING)


@given(st.text(st.characters(categories=["L", "M", "N", "Zs", "Pd", "Po"], exclude_characters="*_#-+.)`!&\\\n\"'\x00")))
@settings(max_examples=200, deadline=None)
def test_letters_numbers_and_most_points_stay_as_they_are(text: str) -> None:
    assert escape_markdown(words(text), html=True) == words(text)


@pytest.mark.parametrize(
    "text",
    [
        "snake_case_name and _private", "2 * 3 * 4 = 24", "a*b", "*.py *.md", "Price* 5 *incl. VAT",
        "#5 is alive", "C# and F#", "-5 degrees", "+49 30 1234", "3.14", "1.5 kg", "12.05.2024", "a > b, b < c",
        "x<y", "R&D; AT&T", "a & b", "It`s", "C:\\Users\\ann", "[1] Smith", "see [2], (3)", "~5 to 10", "10~20",
        "$5 and $10", "f(x)[0]", "a | b", "= 5", "===", "https://a.example/a_b?c=*d", "www.a.example", "ann@a.example",
        "100 %", "end\\", "!", "!important", "12345678901. much", "::", ":-)", "---> here", "价格：5元", "(a)(b)",
    ],
)  # fmt: skip
def test_what_would_be_no_markup_stays_byte_for_byte(text: str) -> None:
    assert escape_markdown(text, html=False) == text
    assert_shown(escape_markdown(text, html=False), text, PLAIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# of items: 5", r"\# of items: 5"),
        ("* see note", r"\* see note"),
        ("- a", r"\- a"),
        ("+ a", r"\+ a"),
        ("1. a", r"1\. a"),
        ("2) a", r"2\) a"),
        ("2)", r"2\)"),
        ("> a", r"\> a"),
        ("---", r"\---"),
        ("* * *", r"\* * *"),
        ("a\n===", "a\n\\==="),
        ("a\n--", "a\n\\--"),
        ("```sh", r"\`\`\`sh"),
        ("~~~", r"\~\~\~"),
        ("    a", "a"),
        ("[click](javascript:alert(1))", r"[click\](javascript:alert(1))"),
        ("![x](http://a)", r"!\[x\](http://a)"),
        ("[a][b]", r"[a\][b]"),
        ("[a]: http://b", r"\[a]: http://b"),
        ("run `ls`", r"run \`ls\`"),
        ("<b>x</b>", r"\<b>x\</b>"),
        ("<http://a>", r"\<http://a>"),
        ("&amp; &#35; &copy; &nosuch;", r"\&amp; \&#35; \&copy; &nosuch;"),
        ("*a* **b** _c_ ~~d~~", r"\*a\* \*\*b\*\* \_c\_ \~\~d\~\~"),
        ("2*3*4", r"2\*3\*4"),
        ("10~20, 30~40", r"10\~20, 30\~40"),
        (r"\*", r"\\*"),
        ("a\\\nb", "a\\\\\nb"),
        ("a|b\n-|-", "a|b\n\\-|-"),
        ("__init__.py's end", r"\_\_init\_\_.py's end"),
    ],
)
def test_what_would_be_markup_is_escaped_where_it_stands(text: str, expected: str) -> None:
    assert escape_markdown(text, html=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("C #", r"C \#"), ("# 1. a", "# 1. a"), ("* a *b*", r"* a \*b\*"), ("C#", "C#"), ("- a", "- a")],
)
def test_the_start_of_a_heading_is_no_start_of_a_line(text: str, expected: str) -> None:
    assert escape_markdown(text, html=False, heading=True) == expected


def test_entities_are_made_once() -> None:
    assert escape_markdown("a <b> & 'c' \"*d*\"", html=True) == r"a &lt;b&gt; &amp; &#x27;c&#x27; &quot;\*d\*&quot;"
    assert escape_markdown("> &amp;", html=True) == "&gt; &amp;amp;"


def test_in_a_table_only_html_is_escaped() -> None:
    text = "</td><script>*a* &lt; & 1 < 2 \"'"
    assert escape_table_cell(text, html=True) == html.escape(text, quote=True)
    assert escape_table_cell(text, html=False) == "&lt;/td>&lt;script>*a* &amp;lt; & 1 < 2 \"'"


@pytest.mark.parametrize("mark", ["[", "*a", "a*", "`", "<b", "&a", "~", "\\", "|-", "\n- ", "\n[a", " "])
def test_a_long_text_of_marks_is_escaped(mark: str) -> None:
    text = mark * 5_000
    assert len(escape_markdown(text, html=False)) <= 3 * len(text)
