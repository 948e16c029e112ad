"""Puts pages of answers together."""

import html
import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from typing import Any

from benchmarks.compare.model import AnswerLine, AnswerPage, Polygon


def page_of(number: int, lines: Iterable[AnswerLine], tables: Iterable[str] = ()) -> AnswerPage:
    """A page whose text is its lines, one below the other."""
    kept = tuple(lines)
    return AnswerPage(number, "\n".join(line.text for line in kept), kept, tuple(tables))


def page_of_text(number: int, text: str, tables: Iterable[str] = ()) -> AnswerPage:
    """A page of a provider that tells no places: each line of the text is a line."""
    return page_of(number, (AnswerLine(line) for line in text.splitlines() if line.strip()), tables)


def corners(left: float, top: float, right: float, bottom: float) -> Polygon:
    """An upright box."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def polygon_of(points: Sequence[Any]) -> Polygon:
    """Corners from ``[[x, y], ...]`` or from ``[x, y, x, y, ...]``."""
    pairs = zip(points[::2], points[1::2], strict=True) if points and isinstance(points[0], int | float) else points
    return tuple((float(x), float(y)) for x, y in pairs)


def table_of(cells: Iterable[tuple[int, int, int, int, str]]) -> str:
    """A table as HTML. A cell is its row, column, rows and columns that it spans, and its text."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for row, column, high, wide, text in cells:
        spans = "".join(f' {name}="{span}"' for name, span in (("rowspan", high), ("colspan", wide)) if span > 1)
        rows.setdefault(row, []).append((column, f"<td{spans}>{html.escape(text)}</td>"))
    body = "".join(f"<tr>{''.join(cell for _, cell in sorted(row))}</tr>" for _, row in sorted(rows.items()))
    return f"<table>{body}</table>"


def table_lines(table: str) -> list[str]:
    """The text of a table of HTML, one line for each row."""
    reader = _Cells()
    reader.feed(table)
    reader.close()
    return [" ".join(filter(None, row)) for row in reader.rows if any(row)]


def plain_markdown(text: str) -> tuple[str, tuple[str, ...]]:
    """The text of Markdown without its marks, and its tables as HTML. A table's rows become lines of the text."""
    lines: list[str] = []
    tables: list[str] = []
    rows: list[list[str]] = []
    for line in [*_HTML_TABLE.sub(_one_line, text).splitlines(), ""]:
        if _ROW.fullmatch(line.strip()):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        if rows:
            kept = [[_unmarked(cell) for cell in row] for row in rows if not all(map(_RULE.fullmatch, row))]
            lines.extend(" ".join(filter(None, row)) for row in kept)
            tables.append(table_of((y, x, 1, 1, cell) for y, row in enumerate(kept) for x, cell in enumerate(row)))
            rows = []
        if line.strip().startswith("<table"):
            tables.append(line.strip())
            lines.extend(table_lines(line))
        else:
            lines.append(_unmarked(line))
    return "\n".join(line for line in lines if line), tuple(tables)


_HTML_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"\|.*\|")
_RULE = re.compile(r":?-+:?")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_BLOCK_MARK = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+(?=\S))")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~$])")


def _one_line(found: re.Match[str]) -> str:
    return "\n" + " ".join(found.group().split()) + "\n"


def _unmarked(line: str) -> str:
    line = _LINK.sub(r"\1", _PICTURE.sub("", line))
    line = _STRONG.sub(r"\2", _BLOCK_MARK.sub("", line))
    return html.unescape(_ESCAPED.sub(r"\1", line)).strip()


class _Cells(HTMLParser):
    """The cells of a table, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base has it
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = " ".join(filter(None, [self.rows[-1][-1], data.strip()]))
