"""Markdown as the scores see it: pieces of text without marks, headings with their levels, tables as HTML."""

import re
import unicodedata
from dataclasses import dataclass
from html import escape, unescape

_TABLE = re.compile(r"<table.*?</table>", re.DOTALL | re.IGNORECASE)
_PIPES = re.compile(r"(?:^[ \t]*\|.*\|[ \t]*(?:\n|$)){2,}", re.MULTILINE)
_PIPE_RULE = re.compile(r"^[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$")
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t#]*$")
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img[^>]*>")
_TAG = re.compile(r"</?(?:br|b|i|u|sup|sub|div|p|span|html|body)\b[^>]*>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|_{1,3}|~~|`)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a system read in a document.

    Attributes:
        pieces: paragraphs, headings and items, in order and compact: without white space. Tables are left out.
        headings: compact text and level.
        tables: as HTML.
        whole: everything in order, tables included, compact.
        lines: the lines of all paragraphs, compact.
    """

    pieces: tuple[str, ...]
    headings: tuple[tuple[str, int], ...]
    tables: tuple[str, ...]
    whole: str
    lines: tuple[str, ...]


def compact(text: str) -> str:
    """A text without white space, in one form of Unicode."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_markdown(markdown: str) -> Reading:
    """Take Markdown apart."""
    markdown = _PIPES.sub(lambda found: f"\n\n{_pipe_table(found[0])}\n\n", markdown.replace("\r\n", "\n"))
    tables = tuple(_TABLE.findall(markdown))
    plain = _TABLE.sub("\n\n", markdown)
    pieces, headings, lines = [], [], []
    for block in re.split(r"\n[ \t]*\n", plain):
        for piece in _pieces(block):
            heading = _HEADING.match(piece)
            text = compact(plain_text(heading[2] if heading else piece))
            if not text:
                continue
            pieces.append(text)
            lines.extend(compact(plain_text(line)) for line in piece.split("\n"))
            if heading:
                headings.append((text, len(heading[1])))
    everything = re.sub(r"</t[dhr]>|<t[dhr][^>]*>|</?(?:table|thead|tbody)[^>]*>", " ", markdown)
    return Reading(tuple(pieces), tuple(headings), tables, compact(plain_text(everything)), tuple(lines))


def plain_text(markdown: str) -> str:
    """A piece of Markdown without its marks."""
    text = _TAG.sub(" ", _PICTURE.sub(" ", markdown))
    text = re.sub(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)", "", text, flags=re.MULTILINE)
    text = _EMPHASIS.sub("", text)
    return unescape(_ESCAPE.sub(r"\1", text))


def _pieces(block: str) -> list[str]:
    """The paragraphs of a block: a heading or an item of a list ends the one before. Soft line ends do not."""
    pieces: list[str] = []
    open_ = False
    for line in block.split("\n"):
        heading = _HEADING.match(line) is not None
        if open_ and not heading and not _ITEM.match(line):
            pieces[-1] += "\n" + line
        else:
            pieces.append(line)
        open_ = not heading
    return pieces


def _pipe_table(text: str) -> str:
    """A table of GitHub's Markdown as HTML."""
    rows = []
    for line in text.strip().split("\n"):
        if _PIPE_RULE.match(line):
            continue
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        rows.append("".join(f"<td>{escape(plain_text(cell).strip())}</td>" for cell in cells))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
