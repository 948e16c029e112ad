"""Finds the blocks of a page from its lines and pixels. This is the one entrance to the layout package.

The method is geometric: it has no weights and has learned nothing. White rivers of the page itself decide what its
columns are, also where the box of a line spans one. A box over two cells is cut at the rule between them. Lines at the
edges of the page that are no part of its text are set apart. The method does not guess what it cannot see. Formulas are
text, a table without rules needs three rows, and text in unusual shapes is read row by row. Vertical text on a page of
horizontal lines is a column of its own. If a layout model has looked at the page, its regions decide what is a table, a
figure, a title, a caption or a paragraph. The reading order, the grids of ruled tables and the levels of titles stay
geometric.
"""

from collections.abc import Sequence

from models.document import Image, TextLine
from models.layout.assemble import Assembly
from models.layout.cutting import cut_lines
from models.layout.document import PageLayout
from models.layout.drawn_tables import drawn_tables
from models.layout.figures import find_figures, ink_beside_text
from models.layout.frame import Frame, Span, make_frame
from models.layout.model_regions import FramedRegions, in_frame, model_figures, model_tables
from models.layout.objects import PageObject, figure_of
from models.layout.pieces import Piece, piece_of
from models.layout.reading import read_in_order
from models.layout.regions import Region
from models.layout.rivers import find_ink
from models.layout.ruled_cutting import cut_at_rules
from models.layout.rules import Rules, find_rules
from models.layout.running import find_running, measure_sheet
from models.layout.skew import residual_skew
from models.layout.upright import put_upright, take_upright

_LONG_RULE = 0.3
"""A rule below a running head is at least so long, as a share of the page's width."""


def analyse_layout(image: Image, lines: Sequence[TextLine], regions: Sequence[Region] | None = None) -> PageLayout:
    """Find the structure of a page. Costs CPU: call it in a thread.

    Args:
        image: uint8 (H, W, 3) BGR: the preprocessed page that the lines' coordinates refer to.
        lines: the page's lines, in any order. Lines without text are left out of the structure.
        regions: the regions that a layout model found; None if no model looked at the page.
    """
    whole, picture = _levelled(image, lines)
    cut = cut_lines(picture, lines, whole)
    frame = cut.frame
    framed = None if regions is None else in_frame(regions, frame)
    rules = find_rules(picture, frame.spans, frame.line_height)
    cut = cut_at_rules(cut, rules)
    frame = cut.frame
    objects, free = _objects(picture, frame, framed, rules)
    upright, level = take_upright(free, frame.line_height)
    long_rules = _long_rules(rules, frame)
    sheet = measure_sheet(level, frame.size, frame.line_height, long_rules, turned=frame.is_turned)
    running = find_running(level, sheet)
    taken = {span.index for text in running for span in text.spans}
    pieces = [piece_of(span, cut.room[span.index]) for span in level if span.index not in taken]
    pieces += [_piece(number, each) for number, each in enumerate(objects)]
    parts = put_upright(read_in_order(pieces, frame.line_height), upright)
    whole_page = [*(text for text in running if text.top), *parts, *(text for text in running if not text.top)]
    blocks = Assembly(frame, objects, framed, rules.horizontal).blocks(whole_page)
    return PageLayout(blocks, cut.lines, cut.sources)


def _levelled(image: Image, lines: Sequence[TextLine]) -> tuple[Frame, Image]:
    """The page's frame and its picture in it. The skew of its boxes is corrected by that of its ink."""
    frame = make_frame(image, lines)
    picture = frame.picture(image)
    skew = residual_skew(find_ink(picture, frame.line_height))
    if not skew:
        return frame, picture
    frame = make_frame(image, lines, skew)
    return frame, frame.picture(image)


def _long_rules(rules: Rules, frame: Frame) -> list[float]:
    """The y of the horizontal rules that are at least a third of the page wide."""
    return [rule.at for rule in rules.horizontal if rule.end - rule.start >= _LONG_RULE * frame.size[0]]


def _objects(
    picture: Image, frame: Frame, framed: FramedRegions | None, rules: Rules
) -> tuple[list[PageObject], list[Span]]:
    """The tables and figures of a page, and the lines outside them."""
    tables, free = drawn_tables(rules, frame.spans, frame.line_height)
    if framed is not None:
        tables, free = model_tables(framed, frame, tables, rules.horizontal)
        figures, free = model_figures(framed, free, lambda box: ink_beside_text(picture, frame.spans, box))
    else:
        boxes = find_figures(picture, frame.spans, [table.box for table in tables], frame.line_height)
        figures, free = _figures(boxes, free)
    return [*tables, *figures], free


def _figures(
    boxes: Sequence[tuple[float, float, float, float]], spans: Sequence[Span]
) -> tuple[list[PageObject], list[Span]]:
    """The figures with the lines inside them, and the lines outside."""
    figures, free = [], list(spans)
    for box in boxes:
        x0, y0, x1, y1 = box
        inside = [span for span in free if x0 <= span.centre <= x1 and y0 <= span.middle <= y1]
        figures.append(figure_of(box, inside))
        taken = {span.index for span in inside}
        free = [span for span in free if span.index not in taken]
    return figures, free


def _piece(number: int, page_object: PageObject) -> Piece:
    return Piece(*page_object.box, None, number)
