"""Uses a layout model's regions in place of the geometric guesses: for tables, figures, paragraphs and their kinds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from models.layout.document import Cell, Table
from models.layout.frame import Frame, Span
from models.layout.half_ruled import PartlyRuled, read_words
from models.layout.objects import PageObject, by_rows, figure_of, table_lines, with_empty_cells, word_table
from models.layout.paragraphs import Paragraph
from models.layout.regions import CellPlace, Grid, Rectangle, Region, RegionKind
from models.layout.rules import Rule
from models.layout.table_fit import fit_of

_SAME_TABLE = 0.5
"""A drawn grid is the table of a region from this intersection over union on. It is not a table of its own where a
region covers this share of it."""
_MANY_LINES = 4
_LEAST_INK = 0.03
"""A region with so many lines is a picture if at least this share of it is drawn."""
_TEXT: tuple[RegionKind, ...] = ("title", "text", "caption")


@dataclass(frozen=True, slots=True)
class FramedRegions:
    """The regions that a layout model found on a page, and where they lie in the page's frame.

    Attributes:
        regions: the regions.
        boxes: their rectangles in the frame.
    """

    regions: tuple[Region, ...]
    boxes: tuple[Rectangle, ...]

    def of_kinds(self, *kinds: RegionKind) -> list[tuple[Region, Rectangle]]:
        """The regions of some kinds with their rectangles in the frame."""
        pairs = zip(self.regions, self.boxes, strict=True)
        return [(region, box) for region, box in pairs if region.kind in kinds]

    def text_region(self, span: Span) -> Region | None:
        """The smallest region of text that holds the middle of a line; None if there is none."""
        held = [(region, box) for region, box in self.of_kinds(*_TEXT) if _holds(box, span)]
        return min(held, key=lambda pair: _area(pair[1]))[0] if held else None


def in_frame(regions: Sequence[Region], frame: Frame) -> FramedRegions:
    """Map the regions of a page to its upright frame."""
    return FramedRegions(tuple(regions), tuple(_to_frame(region.box, frame) for region in regions))


def model_tables(
    framed: FramedRegions, frame: Frame, drawn: Sequence[PageObject], rules: Sequence[Rule] = ()
) -> tuple[list[PageObject], list[Span]]:
    """The tables of a page, and the lines outside them.

    A table's region takes the drawn grid that agrees with it. Else it takes the table model's grid or the rows and
    columns of its words, whichever fits the words better. A region without any of these is left to the analysis of
    lines. A drawn grid stays a table if no region says that it is something else.

    Args:
        framed: the regions.
        frame: the page's frame.
        drawn: the ruled tables that were found.
        rules: the horizontal rules of the page.
    """
    tables, free = [], list(frame.spans)
    for region, box in framed.of_kinds("table"):
        ruled = next((table for table in drawn if _iou(table.box, box) >= _SAME_TABLE), None)
        table = ruled or _better(region.grid, box, frame, free, rules)
        if table is not None and set(table.lines) <= {span.index for span in free}:
            tables.append(table)
            free = [span for span in free if span.index not in table.lines]
    for table in drawn:
        if set(table.lines) <= {span.index for span in free} and not _is_something_else(table, framed):
            tables.append(table)
            free = [span for span in free if span.index not in table.lines]
    return tables, free


def model_figures(
    framed: FramedRegions, spans: Sequence[Span], ink: Callable[[Rectangle], float]
) -> tuple[list[PageObject], list[Span]]:
    """The pictures with the lines inside them, and the lines outside.

    Models take tables without rules for pictures. A region of many lines and nothing else is none.

    Args:
        framed: the regions.
        spans: the lines outside tables.
        ink: gives the share of a rectangle that is neither paper nor text.
    """
    figures, free = [], list(spans)
    for _, box in framed.of_kinds("image"):
        lines = sum(_holds(box, span) for span in spans)
        if lines >= _MANY_LINES and ink(box) < _LEAST_INK:
            continue
        figures.append(figure_of(box, [span for span in free if _holds(box, span)]))
        free = [span for span in free if not _holds(box, span)]
    return figures, free


def split_by_region(paragraphs: Sequence[Paragraph], framed: FramedRegions) -> list[Paragraph]:
    """Cut paragraphs at the end of a region, and join those that lie in one region."""
    keyed = [
        ((number if (region := framed.text_region(span)) is None else -1, id(region)), span)
        for number, paragraph in enumerate(paragraphs)
        for span in paragraph
    ]
    return [tuple(span for _, span in group) for _, group in groupby(keyed, key=lambda item: item[0])]


def _is_something_else(drawn: PageObject, framed: FramedRegions) -> bool:
    """Whether a region covers most of a drawn grid. It may be text, a picture, or a table with other cells."""
    return any(_shared(drawn.box, box) >= _SAME_TABLE * _area(drawn.box) for box in framed.boxes)


def _better(
    grid: Grid | None, box: Rectangle, frame: Frame, spans: Sequence[Span], rules: Sequence[Rule]
) -> PageObject | None:
    """A region's table, by the table model's grid or by its words. Where both fit alike, the model decides."""
    inside = [span for span in spans if _holds(box, span)]
    modelled = _modelled(grid, box, frame, inside)
    if grid is None or modelled is None:
        return None
    words = read_words(PartlyRuled(box, (box[1], box[3])), rules, inside, frame.line_height)
    if words is None:
        return modelled
    worded = word_table(words, box)
    return max(modelled, worded, key=lambda found: fit_of(found.table, inside) if found.table else 0.0)


def _modelled(grid: Grid | None, box: Rectangle, frame: Frame, spans: Sequence[Span]) -> PageObject | None:
    """A region's table with the table model's grid and the lines inside; None if it has no cells or no lines."""
    inside = [span for span in spans if _holds(box, span)]
    if grid is None or len(grid.cells) < 2 or not inside:
        return None
    boxes = [_to_frame(cell.box, frame) for cell in grid.cells]
    held: list[list[Span]] = [[] for _ in boxes]
    for span in inside:
        held[_cell_of(span, boxes)].append(span)
    cells = [_cell(place, lines) for place, lines in zip(grid.cells, held, strict=True)]
    table = Table(grid.rows, grid.columns, with_empty_cells(cells, grid.rows, grid.columns), ruled=False)
    return PageObject(box, table_lines(table), table)


def _cell(place: CellPlace, spans: Sequence[Span]) -> Cell:
    lines = tuple(span.index for span in by_rows(spans))
    return Cell(place.row, place.column, place.row_span, place.column_span, lines)


def _cell_of(span: Span, boxes: Sequence[Rectangle]) -> int:
    """The index of the cell that covers most of a line, or else of the cell with the nearest middle."""
    shared = [_shared((span.x0, span.y0, span.x1, span.y1), box) for box in boxes]
    if max(shared) > 0:
        return int(np.argmax(shared))
    away = [(span.centre - (box[0] + box[2]) / 2) ** 2 + (span.middle - (box[1] + box[3]) / 2) ** 2 for box in boxes]
    return int(np.argmin(away))


def _to_frame(box: Rectangle, frame: Frame) -> Rectangle:
    x0, y0, x1, y1 = box
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ frame.forward.T
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return left, top, right, bottom


def _holds(box: Rectangle, span: Span) -> bool:
    return box[0] <= span.centre <= box[2] and box[1] <= span.middle <= box[3]


def _area(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shared(first: Rectangle, second: Rectangle) -> float:
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    return max(across, 0.0) * max(down, 0.0)


def _iou(first: Rectangle, second: Rectangle) -> float:
    shared = _shared(first, second)
    return shared / max(_area(first) + _area(second) - shared, 1.0)
