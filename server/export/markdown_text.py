"""Escapes what was read, so that Markdown shows it as it is.

The language is CommonMark 0.31 with the tables and the strikethrough of GitHub. A backslash stands only before a mark
that would do something at its place: ``#`` at the start of a line, ``*`` that has a partner, ``](``. All other text
stays as it is, byte for byte. Addresses stay that some viewers turn into links by themselves: they lead to where they
say. Dollar signs stay as well: formulas are no part of that language, and most of these signs are prices.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import escape as html_escape
from html.entities import html5
from string import punctuation
from typing import NamedTuple

_INDENT = re.compile(r"((?:\A|\n)[ \t]*\n|\A)(?: {4}| {0,3}\t)[ \t]*(?=[^ \t\n])")
"""Four columns of blanks at the start of a paragraph would make it code."""
_LINE_BREAK = re.compile(r"(?<! ) {2,}(?=\n)")
_LINE_STARTS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^ {0,3}(?P<mark>#)#{0,5}(?=[ \t]|$)",  # a heading
        r"^ {0,3}(?P<mark>>)",  # a quotation
        r"^ {0,3}(?P<mark>[-+*])(?=[ \t]|$)",  # a list
        r"^ {0,3}[0-9]{1,9}(?P<mark>[.)])(?=[ \t]|$)",
        r"^ {0,3}(?P<mark>[-*_])(?:[ \t]*(?P=mark)){2,}[ \t]*$",  # a rule between paragraphs
        r"^ {0,3}(?P<mark>~{3,})",  # a block of code
        r"^ {0,3}(?P<mark>\[)(?:\\.|[^\]\\]){1,999}\]:[ \t]*\n?[ \t]*\S",  # the address of a link
        r"^ {0,3}(?P<mark>\[)\^[^\]]{1,999}\]:",  # a footnote
        r"(?<=[^\n]\n) {0,3}(?P<mark>=)=*[ \t]*$",  # a line below a heading
        r"(?<=[^\n]\n)[ \t|:]*(?P<mark>-)[-|: \t]*$",  # a line below a heading, or below the names of a table's columns
    )
)
_HEADING_END = re.compile(r"(?:^|[ \t])(?P<mark>#)#*[ \t]*$")
_BACKSLASH = re.compile(rf"(?P<mark>\\)(?=[{re.escape(punctuation)}]|\n[ \t]*\S)")
_PICTURE = re.compile(r"!(?P<mark>\[)")
_LINK = re.compile(r"(?P<mark>\])(?=[(\[])")
_TAG = re.compile(r"(?P<mark><)(?=[A-Za-z/?]|!(?:--|\[|[A-Za-z])|[^\s<>]*@)")
_ENTITY = re.compile(r"(?P<mark>&)(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|(?P<name>[A-Za-z][A-Za-z0-9]*));")
_HTML_MARKS = re.compile(r"<(?=[A-Za-z/!?])|&(?=#|[A-Za-z])")
_TICKS = re.compile(r"(?P<mark>`+)")
_CODE_BLOCK = re.compile(r"^ {0,3}`{3,}[^`\n]*$", re.MULTILINE)
_EMPHASIS = tuple(re.compile(rf"(?P<mark>{run})") for run in (r"\*+", "_+", "(?<!~)~(?!~)", "~{2,}"))


class _Run(NamedTuple):
    """Marks of one kind side by side, and what they may do to the text around them."""

    found: re.Match[str]
    opens: bool
    closes: bool


def escape_markdown(text: str, *, html: bool, heading: bool = False) -> str:
    r"""Escape a text that becomes a paragraph, or the words of a heading.

    Args:
        text: as it was read. Its lines end with ``\n``.
        html: whether every ``& < > " '`` becomes an entity. Otherwise only tags and entities are escaped.
        heading: whether the text is one line that follows a heading's number signs.

    Returns:
        Markdown that shows the text. Blanks are dropped that would make it code, or break its lines.
    """
    text = _LINE_BREAK.sub("", _INDENT.sub(r"\1", text))
    marks = {at for found in _found(text, html, heading) for at in range(*found.span("mark"))}
    return "".join(
        html_escape(character) if html and character in "&<>\"'" else f"\\{character}" if at in marks else character
        for at, character in enumerate(text)
    )


def escape_table_cell(text: str, *, html: bool) -> str:
    """Escape a text within an HTML table, where Markdown's marks do nothing.

    Args:
        text: as it was read.
        html: whether every ``& < > " '`` becomes an entity. Otherwise only those do that would be a tag or an entity.
    """
    if html:
        return html_escape(text, quote=True)
    return _HTML_MARKS.sub(lambda found: html_escape(found[0]), text)


def _found(text: str, html: bool, heading: bool) -> Iterator[re.Match[str]]:
    """The marks to escape, each as the group of that name."""
    for pattern in (_HEADING_END,) if heading else _LINE_STARTS:
        yield from pattern.finditer(text)
    yield from _BACKSLASH.finditer(text)
    yield from _PICTURE.finditer(text)
    if "[" in text:
        yield from _LINK.finditer(text, text.index("["))
    if not html:
        yield from _tags(text)
        yield from (found for found in _ENTITY.finditer(text) if not found["name"] or f"{found['name']};" in html5)
    yield from _code(text)
    for pattern in _EMPHASIS:
        yield from _emphasis([_run(text, found) for found in pattern.finditer(text)])


def _tags(text: str) -> Iterator[re.Match[str]]:
    """The marks of possible tags: each has an end, or it begins a line, where some need none."""
    end = text.rfind(">")
    for found in _TAG.finditer(text):
        at = found.start()
        if at < end or not text[text.rfind("\n", 0, at) + 1 : at].strip(" "):
            yield found


def _code(text: str) -> list[re.Match[str]]:
    """All backticks or none.

    Two groups of them that are equally long make code. So does a group that begins a line. With an escaped backtick, a
    single one would be such a pair.
    """
    groups = list(_TICKS.finditer(text))
    pairs = len({len(group[0]) for group in groups}) < len(groups)
    return groups if pairs or _CODE_BLOCK.search(text) else []


def _emphasis(runs: list[_Run]) -> Iterator[re.Match[str]]:
    """The runs that may begin with one, and end with another one."""
    first = next((at for at, run in enumerate(runs) if run.opens), len(runs))
    last = next((at for at in reversed(range(len(runs))) if runs[at].closes), -1)
    for at, run in enumerate(runs):
        if (run.opens and at < last) or (run.closes and at > first):
            yield run.found


def _run(text: str, found: re.Match[str]) -> _Run:
    """Apply the rules of CommonMark, section 6.2, for left- and right-flanking delimiter runs.

    Programs disagree whether symbols such as ``€`` are punctuation. What is a mark for one of them counts.
    """
    start, end = found.span()
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    sides = [_flanking(before, after, found[0][0] == "_", kinds) for kinds in ("P", "PS")]
    return _Run(found, any(opens for opens, _ in sides), any(closes for _, closes in sides))


def _flanking(before: str, after: str, underscore: bool, kinds: str) -> tuple[bool, bool]:
    after_blank, before_blank = _is_blank(after), _is_blank(before)
    after_point, before_point = _is_point(after, kinds), _is_point(before, kinds)
    left = not after_blank and (not after_point or before_blank or before_point)
    right = not before_blank and (not before_point or after_blank or after_point)
    if underscore:
        return left and (not right or before_point), right and (not left or after_point)
    return left, right


def _is_blank(character: str) -> bool:
    return character in "\t\n\f\r" or unicodedata.category(character) == "Zs"


def _is_point(character: str, kinds: str) -> bool:
    return character != "" and (character in punctuation or unicodedata.category(character)[0] in kinds)
