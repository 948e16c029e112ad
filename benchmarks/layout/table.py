"""Tables: what they hold, how they are drawn, and the HTML that is true of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from benchmarks.layout.sheet import Fill, FontName, Run, Sheet, Stroke, text_width
from benchmarks.layout.truth import TableKind, TrueTable
from benchmarks.layout.typeset import set_lines

Align = Literal["left", "right", "centre"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: empty for an empty cell.
        down, across: rows and columns that it covers.
        align: where its lines stand.
        indent: points by which its lines are moved to the right.
        bold: whether its letters are bold.
        sign: stands at the left edge of its column, before a number at the right edge, as accountants set it.
    """

    text: str = ""
    down: int = 1
    across: int = 1
    align: Align = "left"
    indent: float = 0.0
    bold: bool = False
    sign: str = ""

    @property
    def whole(self) -> str:
        """The sign and the text."""
        return f"{self.sign} {self.text}" if self.sign else self.text


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How a table is drawn.

    Attributes:
        kind: which rules it has.
        font, bold: of its cells.
        size: of its letters, in points.
        leading: distance of a cell's lines, as a share of the size.
        pad: white above and below the lines of a row, in points.
        gap: white between columns, in points.
        widest: a cell's text is wrapped at this width, in points.
        upright: where a cell's lines stand in its row.
        totals: rows that have a thin rule above their numbers although the table has no rules.
        head: rows of the header.
        bars: a vertical rule stands after each of these columns; half-ruled only.
        lines: horizontal rules of a half-ruled table: around header and end, or also below every row.
        boxed: a rule runs around the table; half-ruled only.
        striped: every other row has a grey ground, and so has the header.
        leaders: dots lead from the labels of the first column to the numbers.
    """

    kind: TableKind
    font: FontName = "sans"
    bold: FontName = "sans bold"
    size: float = 9.0
    leading: float = 1.2
    pad: float = 2.5
    gap: float = 14.0
    widest: float = 160.0
    upright: Literal["top", "middle", "bottom"] = "top"
    totals: tuple[int, ...] = ()
    head: int = 1
    bars: tuple[int, ...] = ()
    lines: Literal["head", "rows"] = "head"
    boxed: bool = False
    striped: bool = False
    leaders: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    cell: Cell
    row: int
    column: int
    lines: tuple[str, ...]


def draw_table(
    sheet: Sheet, rows: Sequence[Sequence[Cell | None]], style: TableStyle, x: float, y: float, width: float | None
) -> tuple[TrueTable, float]:
    """Draw a table.

    Args:
        sheet: the page.
        rows: the cells of each row. None stands where a cell from above or from the left reaches.
        style: how.
        x: left edge.
        y: upper edge.
        width: the columns are spread over it; None: no wider than they need to be.

    Returns:
        What is true of it, and the y below it.
    """
    placed = _placed(rows, style)
    lefts = _lefts(placed, len(rows[0]), style, x, width)
    tops = _tops(placed, len(rows), style, y)
    if style.striped:
        for row in range(0, len(rows), 2):
            sheet.fills.append(Fill((lefts[0], tops[row], lefts[-1], tops[row + 1]), 0.88 if row else 0.8))
    for each in placed:
        _write(sheet, each, lefts, tops, style)
    _rules(sheet, placed, lefts, tops, style)
    return TrueTable(style.kind, table_html(rows)), tops[-1]


def table_html(rows: Sequence[Sequence[Cell | None]]) -> str:
    """A table as HTML."""
    body = "".join(f"<tr>{''.join(_cell_html(cell) for cell in row if cell is not None)}</tr>" for row in rows)
    return f"<table>{body}</table>"


def _cell_html(cell: Cell) -> str:
    spans = f' rowspan="{cell.down}"' if cell.down > 1 else ""
    spans += f' colspan="{cell.across}"' if cell.across > 1 else ""
    return f"<td{spans}>{escape(cell.whole)}</td>"


def _placed(rows: Sequence[Sequence[Cell | None]], style: TableStyle) -> list[_Placed]:
    placed = []
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                room = style.widest * cell.across + style.gap * (cell.across - 1)
                lines = set_lines(cell.text, room, _font(cell, style), style.size) if cell.text else []
                placed.append(_Placed(cell, number, column, tuple(lines)))
    return placed


def _font(cell: Cell, style: TableStyle) -> FontName:
    return style.bold if cell.bold else style.font


def _lefts(placed: Sequence[_Placed], columns: int, style: TableStyle, x: float, width: float | None) -> list[float]:
    """The left edge of each column, and the right edge of the table. Half a gap lies on either side of a column."""
    wide = [20.0] * columns
    for each in placed:
        if each.cell.across == 1:
            wide[each.column] = max(wide[each.column], _natural(each, style))
    for each in placed:
        inside = range(each.column, each.column + each.cell.across)
        lacking = _natural(each, style) - sum(wide[c] for c in inside) - style.gap * (each.cell.across - 1)
        for column in inside if lacking > 0 else ():
            wide[column] += lacking / each.cell.across
    spare = 0.0 if width is None else max(0.0, width - sum(wide) - style.gap * columns) / columns
    lefts = [x]
    for column in wide:
        lefts.append(lefts[-1] + column + style.gap + spare)
    return lefts


def _natural(each: _Placed, style: TableStyle) -> float:
    font = _font(each.cell, style)
    sign = text_width(each.cell.sign, font, style.size) + 8 if each.cell.sign else 0.0
    return max((text_width(line, font, style.size) for line in each.lines), default=0.0) + each.cell.indent + sign


def _tops(placed: Sequence[_Placed], rows: int, style: TableStyle, y: float) -> list[float]:
    high = [style.size * style.leading + 2 * style.pad] * rows
    for each in sorted(placed, key=lambda each: each.cell.down):
        need = len(each.lines) * style.size * style.leading + 2 * style.pad
        inside = range(each.row, each.row + each.cell.down)
        lacking = need - sum(high[row] for row in inside)
        if lacking > 0:
            high[inside[-1]] += lacking
    tops = [y]
    for row in high:
        tops.append(tops[-1] + row)
    return tops


def _write(sheet: Sheet, each: _Placed, lefts: Sequence[float], tops: Sequence[float], style: TableStyle) -> None:
    cell = each.cell
    x0 = lefts[each.column] + style.gap / 2 + cell.indent
    x1 = lefts[each.column + cell.across] - style.gap / 2
    y0, y1 = tops[each.row], tops[each.row + cell.down]
    pitch = style.size * style.leading
    free = y1 - y0 - len(each.lines) * pitch
    lower = {"top": style.pad, "middle": free / 2, "bottom": free - style.pad}[style.upright]
    y = y0 + (free / 2 if cell.down > 1 else lower)
    at = {"left": x0, "right": x1, "centre": (x0 + x1) / 2}[cell.align]
    if cell.sign:
        sheet.write(cell.sign, x0, y + 0.85 * style.size, _font(cell, style), style.size)
    for line in each.lines:
        run = sheet.write(line, at, y + 0.85 * style.size, _font(cell, style), style.size, cell.align)
        y += pitch
    if style.leaders and each.column == 0 and each.row >= style.head and each.lines and cell.across == 1:
        _lead(sheet, run, x1)


def _lead(sheet: Sheet, label: Run, right: float) -> None:
    """Fill the white after a label with dots. They are set with it, as one line."""
    dots = int((right - label.x - label.length - 4) / text_width(" .", label.font, label.size))
    if dots >= 4:
        sheet.runs.remove(label)
        sheet.runs.append(replace(label, text=label.text + " ." * dots))


def _rules(
    sheet: Sheet, placed: Sequence[_Placed], lefts: Sequence[float], tops: Sequence[float], style: TableStyle
) -> None:
    if style.kind == "ruled":
        for each in placed:
            right, bottom = lefts[each.column + each.cell.across], tops[each.row + each.cell.down]
            sheet.frame((lefts[each.column], tops[each.row], right, bottom))
        return
    for row in style.totals:
        for column in range(1, len(lefts) - 1):
            left, right = lefts[column] + style.gap / 2, lefts[column + 1] - style.gap / 2
            sheet.strokes.append(Stroke(left, tops[row], right, tops[row], 0.5))
    if style.kind == "half-ruled":
        _half_rules(sheet, placed, lefts, tops, style)


def _half_rules(
    sheet: Sheet, placed: Sequence[_Placed], lefts: Sequence[float], tops: Sequence[float], style: TableStyle
) -> None:
    sheet.rule(lefts[0], tops[0], lefts[-1], 1.0)
    sheet.rule(lefts[0], tops[style.head], lefts[-1], 0.6)
    sheet.rule(lefts[0], tops[-1], lefts[-1], 1.0)
    for row in range(style.head + 1, len(tops) - 1) if style.lines == "rows" else ():
        sheet.rule(lefts[0], tops[row], lefts[-1], 0.4)
    for column in style.bars:
        sheet.strokes.append(Stroke(lefts[column], tops[0], lefts[column], tops[-1], 0.5))
    if style.boxed:
        sheet.frame((lefts[0], tops[0], lefts[-1], tops[-1]), 0.8)
    for each in placed:
        if each.cell.across > 1 and each.row + 1 < style.head:
            left, right = lefts[each.column] + style.gap / 3, lefts[each.column + each.cell.across] - style.gap / 3
            sheet.rule(left, tops[each.row + 1], right, 0.4)
