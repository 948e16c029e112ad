"""Finds tables that are ruled in part: horizontal rules of one width, with or without some vertical rules.

Papers and statements set a rule above and below a table and below its header, and leave the rest to white. Some add
rules between groups of rows, or a few vertical ones. What is not drawn is found by the alignment of the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.layout.aligned import is_prose
from models.layout.captions import begins_caption
from models.layout.frame import Span
from models.layout.pieces import Band, Piece, band_of, piece_of, rows_of
from models.layout.rules import Rule
from models.layout.table_columns import Placed, find_columns, place_band
from models.layout.table_rows import group_rows

_SHORTEST = 6.0
"""The rules of a table are at least so long, in heights of a line."""
_SAME_END = 1.0
"""Rules of one table begin and end within so many heights of a line."""
_ACROSS = 0.62
"""A lone line that is wider than this share of the rules is no row: it is text between two tables."""
_TALLEST_STRIP = 60
"""At most so many lines stand between two rules."""
_TALLEST_HEAD = 4
"""A header has at most so many lines."""
_FULL = 0.7
"""A line with pieces in this share of the columns is a row of its own."""
_RULED_ROWS = 4
"""From so many strips on, the rules may separate rows, whose cells have several lines."""
_MANY = 0.5
"""At least this share of the lines has pieces in several columns."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PartlyRuled:
    """The place of a partly ruled table.

    Attributes:
        box: x0, y0, x1, y1 in the frame.
        levels: y of the rules over its whole width, the first and the last one included.
        separators: x of vertical rules inside.
    """

    box: Box
    levels: tuple[float, ...]
    separators: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class WordCell:
    """A cell that was found by its words: its place, its spans, and its pieces from top to bottom."""

    row: int
    column: int
    down: int
    across: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class WordTable:
    """The cells of a table with words. Empty cells are left out."""

    rows: int
    columns: int
    cells: tuple[WordCell, ...]


def find_partly_ruled(rules: Sequence[Rule], spans: Sequence[Span], height: float) -> list[PartlyRuled]:
    """Find places where horizontal rules of one width follow each other and hold rows of words.

    Args:
        rules: the horizontal rules of the page.
        spans: the page's lines.
        height: median height of a line.
    """
    long_ = sorted((rule for rule in rules if rule.end - rule.start >= _SHORTEST * height), key=lambda rule: rule.at)
    groups: list[list[Rule]] = []
    for rule in long_:
        same = (group for group in groups if _is_below(group[-1], rule, spans, height))
        group = next(same, None)
        if group is None:
            groups.append([rule])
        else:
            group.append(rule)
    return [_place(group) for group in groups if len(group) > 1]


def read_words(place: PartlyRuled, rules: Sequence[Rule], spans: Sequence[Span], height: float) -> WordTable | None:
    """Find the cells of a partly ruled table.

    Args:
        place: where it lies.
        rules: the horizontal rules of the page. Short ones in the header say which columns a name covers.
        spans: the lines inside.
        height: median height of a line.

    Returns:
        The table; None if the words do not stand in rows and columns.
    """
    strips = [_bands(inside) for inside in _by_strip(place, spans) if inside]
    lines = [band for strip in strips for band in strip]
    head = len(strips[0]) if len(strips) > 1 and len(strips[0]) <= _TALLEST_HEAD else 0
    body = [band for band in lines[head:] if len(band.pieces) > 1] or lines[head:]
    if not body:
        return None
    columns = find_columns(body, height, place.separators)
    if len(columns) < 2:
        return None
    placed = [place_band(band, columns) for band in lines]
    placed[:head] = [_below_rules(band, columns, place, rules, height) for band in placed[:head]]
    if not _are_rows(placed, strips, columns, place, height):
        return None
    rows = _rows(strips, placed, len(columns), head)
    return _table(rows, placed, len(columns), head) if len(rows) > 1 else None


def is_crowded(place: PartlyRuled, spans: Sequence[Span]) -> bool:
    """Whether several rows of words stand between two rules: lines beside each other, again and again."""
    crowded = 0
    for inside in _by_strip(place, spans):
        beside = [band for band in _bands(inside) if _cells_apart(band, place.separators) > 1]
        crowded += len(beside) > 2
    return crowded > 0


def _cells_apart(band: Band, separators: Sequence[float]) -> int:
    """In how many of the spaces between vertical rules a row has words."""
    return len({sum(1 for separator in separators if separator < piece.x0 + piece.width / 2) for piece in band.pieces})


def _is_below(upper: Rule, lower: Rule, spans: Sequence[Span], height: float) -> bool:
    """Whether two rules belong to one table: they are equally wide, and only rows of it stand between them."""
    far = _SAME_END * height
    if abs(upper.start - lower.start) > far or abs(upper.end - lower.end) > far or lower.at - upper.at < 0.5 * height:
        return False
    middle = [span for span in spans if upper.at < span.middle < lower.at]
    inside = [span for span in middle if span.x1 > upper.start and span.x0 < upper.end]
    if not inside or any(span.x0 < upper.start - far or span.x1 > upper.end + far for span in inside):
        return False
    bands = _bands(inside)
    if len(bands) > _TALLEST_STRIP or any(begins_caption(span.text) for span in inside):
        return False
    width = upper.end - upper.start
    return not any(len(band.pieces) == 1 and band.pieces[0].width > _ACROSS * width for band in bands)


def _place(group: Sequence[Rule]) -> PartlyRuled:
    levels = tuple(rule.at for rule in group)
    return PartlyRuled(
        (min(rule.start for rule in group), levels[0], max(rule.end for rule in group), levels[-1]), levels
    )


def _by_strip(place: PartlyRuled, spans: Sequence[Span]) -> list[list[Span]]:
    """The lines between each two rules that follow each other."""
    x0, _, x1, _ = place.box
    within = [span for span in spans if x0 <= span.centre <= x1]
    return [[span for span in within if upper < span.middle < lower] for upper, lower in pairwise(place.levels)]


def _bands(spans: Sequence[Span]) -> list[Band]:
    """Lines side by side, from top to bottom."""
    rows = rows_of([piece_of(span) for span in spans])
    return [band_of(row) for row in rows]


def _below_rules(
    placed: Sequence[Placed],
    columns: Sequence[tuple[float, float]],
    place: PartlyRuled,
    rules: Sequence[Rule],
    height: float,
) -> list[Placed]:
    """Let names in the header cover the columns above which a short rule runs below them."""
    x0, _, x1, _ = place.box
    short = [rule for rule in rules if rule.end - rule.start < 0.9 * (x1 - x0)]
    wider = []
    for first, last, piece in placed:
        middle = (piece.x0 + piece.x1) / 2
        under = [r for r in short if r.start <= middle <= r.end and 0 < r.at - piece.middle < 1.3 * height]
        covered = [
            number
            for rule in under[:1]
            for number, (low, high) in enumerate(columns)
            if rule.start < (low + high) / 2 < rule.end
        ]
        wider.append((min(covered), max(covered), piece) if covered else (first, last, piece))
    return wider


def _are_rows(
    placed: Sequence[Sequence[Placed]],
    strips: Sequence[Sequence[Band]],
    columns: Sequence[tuple[float, float]],
    place: PartlyRuled,
    height: float,
) -> bool:
    """Whether words stand in rows and columns, and are not text in two columns between two rules."""
    beside = sum(1 for line in placed if len({first for first, _, _ in line}) > 1)
    if beside < max(2, _MANY * len(placed)):
        return False
    if len(strips) >= _RULED_ROWS or place.separators:
        return True
    prose = 0
    for number in range(len(columns)):
        pieces = [piece for line in placed for first, last, piece in line if first == last == number]
        prose += is_prose(pieces, height) and len(pieces) > 6
    return prose < 2


def _rows(
    strips: Sequence[Sequence[Band]], placed: Sequence[Sequence[Placed]], columns: int, head: int
) -> list[list[int]]:
    """The numbers of the lines of each row. The first ``head`` lines are the header."""
    rows: list[list[int]] = []
    start = 0
    for number, strip in enumerate(strips):
        lines = range(start, start + len(strip))
        start += len(strip)
        full = sum(_filled(placed[line]) >= _FULL * columns for line in lines)
        if number == 0 and head:
            rows += _header(lines, placed)
        elif len(strip) == 1 or (full < 2 and len(strips) >= _RULED_ROWS):
            rows.append(list(lines))
        else:
            grouped = group_rows([band.middle for band in strip], [placed[line] for line in lines], columns)
            rows += [[lines[0] + line for line in row] for row in grouped]
    return rows


def _header(lines: range, placed: Sequence[Sequence[Placed]]) -> list[list[int]]:
    """The rows of a header: one with cells of several lines, unless a name covers several columns."""
    if any(first != last for line in lines for first, last, _ in placed[line]):
        return [[line] for line in lines]
    return [list(lines)]


def _filled(placed: Sequence[Placed]) -> int:
    return len({column for first, last, _ in placed for column in range(first, last + 1)})


def _table(rows: Sequence[Sequence[int]], placed: Sequence[Sequence[Placed]], columns: int, head: int) -> WordTable:
    """The cells of rows of lines. The first ``head`` lines are the header."""
    cells: list[WordCell] = []
    for number, row in enumerate(rows):
        ranges: list[list[int]] = []
        for first, last in sorted({(first, last) for line in row for first, last, _ in placed[line]}):
            if ranges and first <= ranges[-1][1]:
                ranges[-1][1] = max(ranges[-1][1], last)
            else:
                ranges.append([first, last])
        for first, last in ranges:
            inside = [piece for line in row for begin, _, piece in placed[line] if first <= begin <= last]
            pieces = tuple(piece for each in rows_of(inside) for piece in each)
            cells.append(WordCell(number, first, 1, last - first + 1, pieces))
    return _without_half_rows(WordTable(len(rows), columns, tuple(cells)), sum(row[0] < head for row in rows))


def _without_half_rows(table: WordTable, head: int) -> WordTable:
    """Let cells that stand halfway between two rows cover both of them: they are set in the middle of their height."""
    for number in range(1, table.rows - 1):
        own, above, below = (
            [cell for cell in table.cells if cell.row == row] for row in (number, number - 1, number + 1)
        )
        if own and above and below and _are_halfway(own, above, below, in_head=number + 1 < head):
            kept = [replace(cell, row=number - 1, down=2) for cell in own]
            rest = [replace(cell, row=cell.row - (cell.row > number)) for cell in table.cells if cell.row != number]
            cells = sorted([*kept, *rest], key=lambda cell: (cell.row, cell.column))
            return _without_half_rows(WordTable(table.rows - 1, table.columns, tuple(cells)), head - 1)
    return table


def _are_halfway(
    own: Sequence[WordCell], above: Sequence[WordCell], below: Sequence[WordCell], *, in_head: bool
) -> bool:
    """Whether cells stand in columns that the rows above and below leave free, and reach into both rows.

    In a header they need not reach so far: its names have no other row.
    """
    taken, mine = _columns_of([*above, *below]), _columns_of(own)
    if taken & mine:
        return False
    upper, lower = max(_bottom(cell) for cell in above), min(_top(cell) for cell in below)
    return in_head or all(_top(cell) < upper and _bottom(cell) > lower for cell in own)


def _columns_of(cells: Sequence[WordCell]) -> set[int]:
    return {column for cell in cells for column in range(cell.column, cell.column + cell.across)}


def _top(cell: WordCell) -> float:
    return min(piece.y0 for piece in cell.pieces)


def _bottom(cell: WordCell) -> float:
    return max(piece.y1 for piece in cell.pieces)
