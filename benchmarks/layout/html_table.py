"""Tables in HTML as rows of cells, whoever wrote them."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_LEADERS = re.compile(r"(?:[ ]?[.·…]){4,}$")


@dataclass(slots=True)
class HtmlCell:
    """A cell: its text without white space at its ends, and its spans."""

    text: str
    down: int = 1
    across: int = 1


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[HtmlCell]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            if not self.rows:
                self.rows.append([])
            named = dict(attrs)
            self.rows[-1].append(HtmlCell("", _count(named.get("rowspan")), _count(named.get("colspan"))))
            self._inside = True
        elif tag == "br" and self._inside:
            self.rows[-1][-1].text += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1].text += data


def read_table(html: str) -> list[list[HtmlCell]]:
    """The rows of a table. Header and body are not told apart, and dots that lead to the next cell are no text."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return [[HtmlCell(_plain(cell.text), cell.down, cell.across) for cell in row] for row in parser.rows]


def places(rows: list[list[HtmlCell]]) -> list[tuple[int, int, HtmlCell]]:
    """Row, column and cell: spans from above and from the left push cells to the right, as in a browser."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            taken |= {(number + y, column + x) for y in range(cell.down) for x in range(cell.across)}
            placed.append((number, column, cell))
    return placed


def _plain(text: str) -> str:
    return _LEADERS.sub("", " ".join(text.split())).strip()


def _count(value: str | None) -> int:
    return min(100, max(1, int(value))) if value and value.isdecimal() else 1
