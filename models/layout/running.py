"""Finds running heads, running feet, page numbers and stamps on a single page, by position, size and pattern.

Only the outermost rows of a page can be one. A row is taken if it says what such rows say, or if it stands alone at the
very edge of a page of running text. On every page, small print far below the text is taken, and so is the line with the
date below the name of a newspaper. Pages of one document tell more: see `models.layout.repeated`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

import numpy as np

from models.layout.document import BlockKind
from models.layout.frame import Span
from models.layout.joining import is_spaceless
from models.layout.running_patterns import (
    is_certain_number,
    is_citation,
    is_date_line,
    is_footnote_mark,
    is_page_number,
    is_stamp,
)

_EDGE = 0.14
"""Running text stands in this share of the page's height, above and below."""
_EDGE_OF_FIRST = 0.25
"""The outermost row may stand further inside, if it holds the number of the page."""
_OUTERMOST = 0.1
"""A row that says nothing of its kind must stand in this share."""
_MOST_ROWS = 4
"""At most so many rows are taken at each end of the page."""
_MOST_IN_A_ROW = 4
"""A row with more lines is a row of a table."""
_FAR = 1.75
"""A row stands alone if the next one is so many times further away than lines usually are."""
_FARTHER = 1.25
"""Below the text, it is also so many times further away than paragraphs usually are."""
_WIDE_WHITE, _NEAR = 8.0, 1.3
"""The outermost row may be nearer if there is so much white between two of its lines, in heights of a line: one stands
at the left margin, and one at the right."""
_APART = 1.15
"""A row that says its kind is further away than lines usually are by this factor, or its letters are smaller."""
_SMALLER = 0.88
_LARGER = 1.15
"""Running text is at most so many times as high as the page's usual line."""
_LONGEST = 110
"""It has at most so many characters in a row. A stamp may have more."""
_LONGEST_ALONE = 70
"""The same for a row below the text that says nothing of its kind: the last line of the text may stand alone."""
_MOST_RULES = 3
"""A page with more long rules is a form or a table, where a rule beside a row tells nothing."""
_CENTRED = 0.05
"""The middle of a centred number is so near to the middle of the page, as a share of its width."""
_FEW_IN_A_ROW = 3
"""The number of a page stands beside at most so many other lines, and so does the date of a newspaper."""
_FAR_BELOW = 3.0
"""Small print at the foot of a page is so far below the text, in heights of a line."""
_MASTHEAD = 1.5
"""The name of a newspaper is so many times as high as a line."""
_NEAR_RULE = 2.5
"""The rules above and below a newspaper's date are at most so far away, in heights of a line."""
_LINE_WIDTH = 14.0
"""A line of running prose is at least so wide, in heights of a line."""
_FEWEST_LINES = 8
"""A page of prose has at least so many such lines."""

_SENTENCE_ENDS = (".", "。", ",", ";", ":")

Row = Sequence[Span]


@dataclass(frozen=True, slots=True)
class RunningText:
    """Lines beside each other that are no part of the page's text.

    Attributes:
        kind: what they are.
        spans: the lines, from left to right.
        top: whether they stand above the text.
    """

    kind: BlockKind
    spans: tuple[Span, ...]
    top: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The measures of a page.

    Attributes:
        width: of the page, in pixels of its frame.
        height: of the page.
        size: the usual height of a line.
        pitch: the usual distance of lines.
        gap: the usual distance of the last line of a paragraph from the next one; ``pitch`` if there is no other.
        prose: whether it holds running text.
        rules: the y of horizontal rules that are at least a third of the page wide.
        turned: whether its lines are vertical, so that its frame is turned by a quarter.
    """

    width: float
    height: float
    size: float
    pitch: float
    gap: float
    prose: bool
    rules: tuple[float, ...] = ()
    turned: bool = False


def find_running(spans: Sequence[Span], sheet: Sheet) -> list[RunningText]:
    """Find the lines of a page that are no part of its text, from top to bottom.

    Args:
        spans: the page's level lines, outside tables and figures.
        sheet: the page.
    """
    if sheet.turned and (numbers := _turned_numbers(spans, sheet)):
        taken = {span.index for text in numbers for span in text.spans}
        return numbers + find_running([span for span in spans if span.index not in taken], sheet)
    rows = page_rows(spans)
    top = _edge_rows(rows, sheet, top=True)
    bottom = _edge_rows(rows[len(top) :][::-1], sheet, top=False)[::-1]
    inner = rows[len(top) : len(rows) - len(bottom)]
    top += [part for part in (_numbers_beside(inner[:1], sheet, top=True), _date_line(inner, sheet)) if part]
    bottom = [part for part in (_numbers_beside(inner[1:][-1:], sheet, top=False),) if part] + bottom
    heads = (text for row in top for text in _texts(row, "header"))
    feet = (text for row in bottom for text in _texts(row, "footer"))
    return [*heads, *feet]


def _turned_numbers(spans: Sequence[Span], sheet: Sheet) -> list[RunningText]:
    """The numbers of a page of vertical lines: its head and its foot are the left and the right edge of the frame.

    Only scripts without spaces are written in vertical lines. Other pages were turned by who scanned them.
    """
    numbers = [span for span in spans if span.rises and is_page_number(span.text)]
    vertical = sum(is_spaceless(span.text[0]) for span in spans)
    if vertical <= len(spans) / 2:
        return []
    return [
        RunningText("page_number", (span,), top=False)
        for span in numbers
        if min(span.centre, sheet.width - span.centre) <= _OUTERMOST * sheet.width
        and abs(span.middle - sheet.height / 2) <= _CENTRED * sheet.height
    ]


def _texts(row: Row, kind: Literal["header", "footer"]) -> Iterator[RunningText]:
    """The parts of a row from left to right. The number of the page is one of its own."""
    ordered = sorted(row, key=lambda span: span.x0)
    for numbers, group in groupby(ordered, key=lambda span: is_page_number(span.text)):
        yield RunningText("page_number" if numbers else kind, tuple(group), kind == "header")


def measure_sheet(
    spans: Sequence[Span],
    page: tuple[float, float],
    size: float,
    rules: Sequence[float] = (),
    *,
    turned: bool = False,
) -> Sheet:
    """Measure a page.

    Args:
        spans: its level lines.
        page: its width and height.
        size: the usual height of a line.
        rules: the y of long horizontal rules.
        turned: whether the page's lines are vertical, so that its frame is turned by a quarter.
    """
    long = [span for span in spans if span.width >= _LINE_WIDTH * size]
    near = _steps(long, size)
    pitch = float(np.percentile(near, 40)) if near else 1.2 * size
    wide = [step for step in near if step > 1.3 * pitch]
    gap = float(np.median(wide)) if len(wide) > 1 else pitch
    prose = len(long) >= _FEWEST_LINES
    return Sheet(*page, size, pitch, gap, prose, tuple(rules) if len(rules) <= _MOST_RULES else (), turned)


def _steps(spans: Sequence[Span], size: float) -> list[float]:
    """The distances of lines from the next one below in the same column: an indented line is one of its column."""
    ordered = sorted(spans, key=lambda span: span.middle)
    steps = []
    for number, above in enumerate(ordered):
        for below in ordered[number + 1 :]:
            step = below.middle - above.middle
            if step >= 4 * size:
                break
            shared = min(above.x1, below.x1) - max(above.x0, below.x0)
            if step > 0.5 * size and shared > 0.5 * min(above.width, below.width):
                steps.append(step)
                break
    return steps


def page_rows(spans: Sequence[Span]) -> list[list[Span]]:
    """The rows of a page from top to bottom. Lines share a row if the middle of one lies beside the other."""
    rows: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: span.middle):
        if rows and span.y0 < rows[-1][0].middle and span.middle < rows[-1][0].y1:
            rows[-1].append(span)
        else:
            rows.append([span])
    return rows


def _edge_rows(rows: Sequence[Row], sheet: Sheet, *, top: bool) -> list[Row]:
    """The running rows at one end of the page, from the edge inwards. Small rows outside of one are taken with it."""
    taken = 0
    for number, (row, inner) in enumerate(pairwise(rows[: _MOST_ROWS + 1])):
        if len(row) > _MOST_IN_A_ROW or _size(row) > _LARGER * sheet.size:
            break
        place = _Place(_depth(row, sheet, top=top), _distance(row, inner) / sheet.pitch, number, number == taken)
        if _says_its_kind(row, inner, sheet, place) or _stands_alone(row, inner, sheet, place, top=top):
            taken = number + 1
    if not top:
        taken = max(taken, _small_print(rows, sheet))
    return list(rows[:taken])


def _small_print(rows: Sequence[Row], sheet: Sheet) -> int:
    """Count the rows of small print at the foot of a page, from the edge inwards. White separates them from the text.

    A footnote begins with a mark, and stays. So does a sentence, unless it is centred.
    """
    for number, (row, inner) in enumerate(pairwise(rows[: _MOST_ROWS + 1]), start=1):
        text = " ".join(span.text for span in row)
        small = max(span.size for span in row) <= _SMALLER * sheet.size
        sentence = text.endswith(_SENTENCE_ENDS) and not _is_centred(row, sheet)
        if not small or sentence or len(row) > _FEW_IN_A_ROW or is_footnote_mark(text):
            return 0
        if _depth(row, sheet, top=False) > _OUTERMOST or len(text) > _LONGEST:
            return 0
        if _distance(row, inner) >= _FAR_BELOW * sheet.size:
            return number
    return 0


def _numbers_beside(outermost: Sequence[Row], sheet: Sheet, *, top: bool) -> Row:
    """The number of a page beside other text, such as "Page 1 of 2" beside the name of a bank. The name stays."""
    for row in outermost:
        if len(row) <= _FEW_IN_A_ROW and _depth(row, sheet, top=top) <= _EDGE:
            return [span for span in row if is_certain_number(span.text)]
    return ()


def _date_line(rows: Sequence[Row], sheet: Sheet) -> Row:
    """The line between two rules below the name of a newspaper: its date and its number."""
    for name, row in pairwise(rows[:_MOST_ROWS]):
        near = [y - _middle(row) for y in sheet.rules if abs(y - _middle(row)) <= _NEAR_RULE * sheet.size]
        between = any(away < 0 for away in near) and any(away > 0 for away in near)
        named = max(span.size for span in name) >= _MASTHEAD * sheet.size and _size(row) <= _LARGER * sheet.size
        if between and named and len(row) <= _FEW_IN_A_ROW and is_date_line(" ".join(span.text for span in row)):
            return row
    return ()


def _is_centred_number(row: Row, sheet: Sheet) -> bool:
    return len(row) == 1 and is_page_number(row[0].text) and _is_centred(row, sheet)


def _is_centred(row: Row, sheet: Sheet) -> bool:
    middle = (min(span.x0 for span in row) + max(span.x1 for span in row)) / 2
    return abs(middle - sheet.width / 2) <= _CENTRED * sheet.width


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a row.

    Attributes:
        depth: its distance from the end of the page, as a share of the page's height.
        away: its distance from the next row inwards, in usual distances of lines.
        number: how many rows are further outside.
        next: whether all of those are running rows.
    """

    depth: float
    away: float
    number: int
    next: bool


def _says_its_kind(row: Row, inner: Row, sheet: Sheet, place: _Place) -> bool:
    """Whether a row is running text by what it says. It must not stand as close to the next one as lines do."""
    text = " ".join(span.text for span in row)
    small = max(span.size for span in row) <= _SMALLER * sheet.size
    if not (place.away >= _APART or small or _is_ruled(row, inner, sheet)):
        return False
    numbers = [span for span in row if is_page_number(span.text)]
    if not sheet.prose:
        alone = _is_centred_number(row, sheet) and place.away >= _FAR
        return place.depth <= _EDGE and (is_certain_number(text) or is_stamp(text) or alone)
    if place.number == 0 and len(numbers) == 1 and _length(row) <= _LONGEST:
        return place.depth <= _EDGE_OF_FIRST
    if place.depth > _EDGE:
        return False
    if is_certain_number(text) or is_stamp(text):
        return True
    return _length(row) <= _LONGEST and (len(row) == len(numbers) == 1 or is_citation(text))


def _stands_alone(row: Row, inner: Row, sheet: Sheet, place: _Place, *, top: bool) -> bool:
    """Whether a row is running text because it stands alone at the very edge, or behind a rule."""
    text = " ".join(span.text for span in row)
    longest = _LONGEST if top else _LONGEST_ALONE
    if not sheet.prose or not place.next or len(text) > longest or text.endswith(_SENTENCE_ENDS):
        return False
    if place.depth > _OUTERMOST or (place.number > 0 and len(row) > 1):
        return False
    if place.number == 0 and _widest_white(row) >= _WIDE_WHITE * sheet.size and place.away >= _NEAR:
        return True
    farther = 1.0 if top else _FARTHER
    small = top and max(span.size for span in row) <= _SMALLER * sheet.size
    far = place.away >= _FAR and (small or place.away * sheet.pitch >= farther * sheet.gap)
    return far or _is_ruled(row, inner, sheet)


def _widest_white(row: Row) -> float:
    ordered = sorted(row, key=lambda span: span.x0)
    return max((right.x0 - left.x1 for left, right in pairwise(ordered)), default=0.0)


def _is_ruled(row: Row, inner: Row, sheet: Sheet) -> bool:
    """Whether a rule separates a row from the next one."""
    low, high = sorted((_middle(row), _middle(inner)))
    return any(low < y < high for y in sheet.rules)


def _distance(row: Row, other: Row) -> float:
    return min(abs(span.middle - _middle(row)) for span in other)


def _depth(row: Row, sheet: Sheet, *, top: bool) -> float:
    """The distance of a row from its end of the page, as a share of the page's height."""
    return (_middle(row) if top else sheet.height - _middle(row)) / sheet.height


def _middle(row: Row) -> float:
    return sum(span.middle for span in row) / len(row)


def _size(row: Row) -> float:
    """The height of the letters of a row. A page's number may be larger."""
    return max((span.size for span in row if not is_page_number(span.text)), default=0.0)


def _length(row: Row) -> int:
    return sum(len(span.text) for span in row)
