"""From a page's lines and pixels to its blocks: the one entrance to the layout package.

A geometric method: it needs no weights and has learned nothing. What it cannot see it does not guess: formulas are
text, a table without rules needs three rows, and text set in strange shapes comes in rows. Where a layout model has
looked at the page, its regions say what is a table, a figure, a title, a caption or a paragraph; the reading order, the
grids of ruled tables and the levels of titles stay geometric.
"""

from collections import Counter
from collections.abc import Sequence

from models.document import Image, TextLine
from models.layout.assemble import Assembly
from models.layout.document import PageLayout
from models.layout.figures import find_figures
from models.layout.frame import Frame, Span, make_frame
from models.layout.grid import RuledGrid, find_grids, spans_in
from models.layout.model_regions import Given, given_figures, given_tables, in_frame
from models.layout.objects import Thing, figure_of, table_of
from models.layout.pieces import Piece, piece_of
from models.layout.reading import read_in_order
from models.layout.regions import Region
from models.layout.rules import find_rules

_FILLED = 0.25
"""At least this share of a table's cells holds text."""
_MOST_LINES = 12
"""A cell that holds more lines than this, and most of all, is a frame around text."""


def analyse_layout(image: Image, lines: Sequence[TextLine], regions: Sequence[Region] | None = None) -> PageLayout:
    """Find the structure of a page. Costs CPU: call it in a thread.

    Args:
        image: uint8 (H, W, 3) BGR: the preprocessed page that the lines' coordinates refer to.
        lines: what was read on it, in any order; those without text are left out of the structure.
        regions: what a layout model saw on it; None where none looked.
    """
    frame = make_frame(image, lines)
    given = None if regions is None else in_frame(regions, frame)
    things, free = _things(frame.picture(image), frame, given)
    pieces = [*map(piece_of, free), *(_piece(number, thing) for number, thing in enumerate(things))]
    parts = read_in_order(pieces, frame.line_height)
    return PageLayout(Assembly(frame, things, given).blocks(parts))


def _things(picture: Image, frame: Frame, given: Given | None) -> tuple[list[Thing], list[Span]]:
    """The tables and figures of a page, and the lines outside them."""
    rules = find_rules(picture, frame.spans, frame.line_height)
    tables, free = _tables(find_grids(rules, frame.line_height), frame.spans)
    if given is not None:
        tables, free = given_tables(given, frame, tables)
        figures, free = given_figures(given, free)
    else:
        boxes = find_figures(picture, frame.spans, [thing.box for thing in tables], frame.line_height)
        figures, free = _figures(boxes, free)
    return [*tables, *figures], free


def _tables(grids: Sequence[RuledGrid], spans: Sequence[Span]) -> tuple[list[Thing], list[Span]]:
    """The ruled tables with something in them, and the lines outside."""
    things, free = [], list(spans)
    # A table inside a table's cell is a part of the larger one, which takes its lines first.
    for grid in sorted(grids, key=lambda grid: -_area(grid)):
        inside = spans_in(grid, free)
        if not _holds_a_table(grid, inside):
            continue
        things.append(table_of(grid, inside))
        taken = {span.index for span, _ in inside}
        free = [span for span in free if span.index not in taken]
    return things, free


def _holds_a_table(grid: RuledGrid, inside: Sequence[tuple[Span, int]]) -> bool:
    """Whether the cells are filled as a table's are; a form's frames and a drawing's boxes are not."""
    filled = Counter(cell for _, cell in inside)
    if len(filled) < max(2, _FILLED * len(grid.cells)):
        return False
    return max(filled.values()) <= max(_MOST_LINES, len(inside) / 2)


def _area(grid: RuledGrid) -> float:
    return (grid.columns[-1] - grid.columns[0]) * (grid.rows[-1] - grid.rows[0])


def _figures(
    boxes: Sequence[tuple[float, float, float, float]], spans: Sequence[Span]
) -> tuple[list[Thing], list[Span]]:
    """The figures with the lines inside them, and the lines outside."""
    figures, free = [], list(spans)
    for box in boxes:
        x0, y0, x1, y1 = box
        inside = [span for span in free if x0 <= span.centre <= x1 and y0 <= span.middle <= y1]
        figures.append(figure_of(box, inside))
        taken = {span.index for span in inside}
        free = [span for span in free if span.index not in taken]
    return figures, free


def _piece(number: int, thing: Thing) -> Piece:
    return Piece(*thing.box, None, number)
