"""A table in PaddleX's forms: its HTML, and its item of ``table_res_list``.

The structure knows the lines of each cell and not the cell's rectangle. The edges of rows and columns are taken to lie
in the middle between the lines on their two sides.
"""

from collections.abc import Iterable, Iterator, Sequence

from models.document import TextLine
from models.layout.document import Block, Cell, Table
from server.contracts.paddlex_shapes.pruned import line_bounds, line_corners
from server.export.markdown import block_markdown

Span = tuple[int, int, float, float]
"""A cell along one axis: its first edge and its last one, and the begin and the end of its text in pixels."""


def table_html(block: Block, lines: Sequence[TextLine]) -> str:
    """A table as one line of HTML: ``<table>…</table>`` without attributes but spans. Text is escaped."""
    return block_markdown(block, lines, escape=True, figure=None)


def whole_html(table: str) -> str:
    """The HTML document that holds a table."""
    return f"<html><body>{table}</body></html>"


def table_result(block: Block, lines: Sequence[TextLine]) -> dict[str, object]:
    """The item of ``table_res_list`` of a block with a table.

    Args:
        block: of the page's layout.
        lines: of the page.
    """
    assert block.table is not None
    inside = [lines[index] for index in block.lines]
    return {
        "cell_box_list": cell_boxes(block.table, block.box, lines),
        "pred_html": whole_html(table_html(block, lines)),
        "table_ocr_pred": {
            "rec_polys": [line_corners(line.quad) for line in inside],
            "rec_texts": [line.text for line in inside],
            "rec_scores": [float(line.score) for line in inside],
            "rec_boxes": [line_bounds(line.quad) for line in inside],
        },
    }


def cell_boxes(table: Table, box: tuple[int, int, int, int], lines: Sequence[TextLine]) -> list[list[float]]:
    """The rectangles of a table's cells, in their order: x0, y0, x1, y1 in pixels.

    Args:
        table: the grid.
        box: of the whole table.
        lines: of the page.
    """
    x0, y0, x1, y1 = box
    across = [_column_span(cell, lines) for cell in table.cells if cell.lines]
    down = [_row_span(cell, lines) for cell in table.cells if cell.lines]
    xs, ys = edges(table.columns, x0, x1, across), edges(table.rows, y0, y1, down)
    return [
        [xs[cell.column], ys[cell.row], xs[cell.column + cell.column_span], ys[cell.row + cell.row_span]]
        for cell in table.cells
    ]


def edges(count: int, low: float, high: float, spans: Sequence[Span]) -> list[float]:
    """The places of the edges of rows or columns, rising from ``low`` to ``high``.

    Args:
        count: of rows or columns.
        low: the first edge.
        high: the last edge.
        spans: the cells with text.

    Returns:
        ``count + 1`` places. An edge without text on any side lies evenly between its neighbours.
    """
    found: list[float | None] = [low, *(_edge(number, spans) for number in range(1, count)), high]
    placed = list(_evenly(found))
    for number in range(1, count):
        placed[number] = min(max(placed[number], placed[number - 1]), high)
    return [float(place) for place in placed]


def _edge(number: int, spans: Iterable[Span]) -> float | None:
    before = [end for _, last, _, end in spans if last == number]
    after = [begin for first, _, begin, _ in spans if first == number]
    if before and after:
        return (max(before) + min(after)) / 2
    return max(before) if before else min(after, default=None)


def _evenly(found: Sequence[float | None]) -> Iterator[float]:
    known = [(number, place) for number, place in enumerate(found) if place is not None]
    for number, place in enumerate(found):
        if place is not None:
            yield place
            continue
        left, low = max(each for each in known if each[0] < number)
        right, high = min(each for each in known if each[0] > number)
        yield low + (high - low) * (number - left) / (right - left)


def _column_span(cell: Cell, lines: Sequence[TextLine]) -> Span:
    bounds = [line_bounds(lines[index].quad) for index in cell.lines]
    begin, end = min(each[0] for each in bounds), max(each[2] for each in bounds)
    return cell.column, cell.column + cell.column_span, begin, end


def _row_span(cell: Cell, lines: Sequence[TextLine]) -> Span:
    bounds = [line_bounds(lines[index].quad) for index in cell.lines]
    begin, end = min(each[1] for each in bounds), max(each[3] for each in bounds)
    return cell.row, cell.row + cell.row_span, begin, end
