"""A layout model's regions in place of the geometric guesses: tables, figures, paragraphs and what they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from models.layout.document import Cell, Table
from models.layout.frame import Frame, Span
from models.layout.objects import Thing, by_rows, figure_of, table_lines
from models.layout.paragraphs import Paragraph
from models.layout.regions import CellPlace, Grid, Rectangle, Region, RegionKind

_SAME_TABLE = 0.5
"""Intersection over union from which a drawn grid is the table of a region; covered by so much, it is not its own."""
_TEXT: tuple[RegionKind, ...] = ("title", "text", "caption")


@dataclass(frozen=True, slots=True)
class Given:
    """What a layout model saw on a page.

    Attributes:
        regions: its regions.
        boxes: their rectangles in the frame.
    """

    regions: tuple[Region, ...]
    boxes: tuple[Rectangle, ...]

    def of_kinds(self, *kinds: RegionKind) -> list[tuple[Region, Rectangle]]:
        """The regions of some kinds with their rectangles in the frame."""
        pairs = zip(self.regions, self.boxes, strict=True)
        return [(region, box) for region, box in pairs if region.kind in kinds]

    def text_region(self, span: Span) -> Region | None:
        """The smallest region of text that holds a line's middle."""
        held = [(region, box) for region, box in self.of_kinds(*_TEXT) if _holds(box, span)]
        return min(held, key=lambda pair: _area(pair[1]))[0] if held else None


def in_frame(regions: Sequence[Region], frame: Frame) -> Given:
    """Lay the regions of a page into its upright frame."""
    return Given(tuple(regions), tuple(_framed(region.box, frame) for region in regions))


def given_tables(given: Given, frame: Frame, drawn: Sequence[Thing]) -> tuple[list[Thing], list[Span]]:
    """The tables of a page and the lines outside: drawn grids where a region agrees, else the table model's.

    A drawn grid stays a table where no region says that it is something else. A region of which nothing tells the cells
    is left to the analysis of lines.

    Args:
        given: the regions.
        frame: the page's frame.
        drawn: the ruled tables that were found.
    """
    things, free = [], list(frame.spans)
    for region, box in given.of_kinds("table"):
        ruled = next((thing for thing in drawn if _iou(thing.box, box) >= _SAME_TABLE), None)
        thing = ruled or _modelled(region.grid, box, frame, free)
        if thing is not None and set(thing.lines) <= {span.index for span in free}:
            things.append(thing)
            free = [span for span in free if span.index not in thing.lines]
    for thing in drawn:
        if set(thing.lines) <= {span.index for span in free} and not _is_something_else(thing, given):
            things.append(thing)
            free = [span for span in free if span.index not in thing.lines]
    return things, free


def given_figures(given: Given, spans: Sequence[Span]) -> tuple[list[Thing], list[Span]]:
    """The pictures with the lines inside them, and the lines outside."""
    figures, free = [], list(spans)
    for _, box in given.of_kinds("image"):
        figures.append(figure_of(box, [span for span in free if _holds(box, span)]))
        free = [span for span in free if not _holds(box, span)]
    return figures, free


def divided(paragraphs: Sequence[Paragraph], given: Given) -> list[Paragraph]:
    """Paragraphs cut where a region ends, and those joined that one region holds."""
    keyed = [
        ((number if (region := given.text_region(span)) is None else -1, id(region)), span)
        for number, paragraph in enumerate(paragraphs)
        for span in paragraph
    ]
    return [tuple(span for _, span in group) for _, group in groupby(keyed, key=lambda item: item[0])]


def _is_something_else(drawn: Thing, given: Given) -> bool:
    """Whether a region covers most of a drawn grid, be it text, a picture or a table with other cells."""
    return any(_shared(drawn.box, box) >= _SAME_TABLE * _area(drawn.box) for box in given.boxes)


def _modelled(grid: Grid | None, box: Rectangle, frame: Frame, spans: Sequence[Span]) -> Thing | None:
    """A region's table as the table model sees it, with the lines inside."""
    inside = [span for span in spans if _holds(box, span)]
    if grid is None or len(grid.cells) < 2 or not inside:
        return None
    boxes = [_framed(cell.box, frame) for cell in grid.cells]
    held: list[list[Span]] = [[] for _ in boxes]
    for span in inside:
        held[_cell_of(span, boxes)].append(span)
    cells = [_cell(place, lines) for place, lines in zip(grid.cells, held, strict=True)]
    table = Table(grid.rows, grid.columns, _filled_up(cells, grid), ruled=False)
    return Thing(box, table_lines(table), table)


def _filled_up(cells: Sequence[Cell], grid: Grid) -> tuple[Cell, ...]:
    """The cells with an empty one at every position that none covers."""
    taken = {
        (cell.row + down, cell.column + across)
        for cell in cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    }
    every = ((row, column) for row in range(grid.rows) for column in range(grid.columns))
    empty = [Cell(row, column, 1, 1, ()) for row, column in every if (row, column) not in taken]
    return tuple(sorted([*cells, *empty], key=lambda cell: (cell.row, cell.column)))


def _cell(place: CellPlace, spans: Sequence[Span]) -> Cell:
    lines = tuple(span.index for span in by_rows(spans))
    return Cell(place.row, place.column, place.row_span, place.column_span, lines)


def _cell_of(span: Span, boxes: Sequence[Rectangle]) -> int:
    """The cell that covers most of a line, or else the one whose middle is nearest."""
    shared = [_shared((span.x0, span.y0, span.x1, span.y1), box) for box in boxes]
    if max(shared) > 0:
        return int(np.argmax(shared))
    away = [(span.centre - (box[0] + box[2]) / 2) ** 2 + (span.middle - (box[1] + box[3]) / 2) ** 2 for box in boxes]
    return int(np.argmin(away))


def _framed(box: Rectangle, frame: Frame) -> Rectangle:
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
