"""The tables of a page that rules show, wholly or in part, with the lines that they hold.

A grid of rules and the words in it are two readings of one table. Where several rows of words stand between two rules
of the grid, the rules are no rows, and the words decide.
"""

from collections import Counter
from collections.abc import Sequence

from models.layout.frame import Span
from models.layout.grid import RuledGrid, find_grids, spans_in
from models.layout.half_ruled import PartlyRuled, find_partly_ruled, is_crowded, read_words
from models.layout.objects import PageObject, table_of, word_table
from models.layout.rules import Rule, Rules

_FILLED = 0.25
"""At least this share of a table's cells holds text."""
_MOST_LINES = 12
"""A cell with more lines than this, and with most lines of the table, is a frame around text."""


def drawn_tables(rules: Rules, spans: Sequence[Span], height: float) -> tuple[list[PageObject], list[Span]]:
    """The tables that rules show, and the lines outside them.

    Args:
        rules: of the page.
        spans: its lines.
        height: median height of a line.
    """
    across = rules.horizontal
    objects, free = [], list(spans)
    # A table inside a cell of another table is a part of the larger one, which therefore takes its lines first.
    for grid in sorted(find_grids(rules, height), key=lambda grid: -_area(grid)):
        found = _in_grid(grid, across, free, height)
        if found is not None:
            objects.append(found)
            free = _without(free, found)
    for place in find_partly_ruled(across, free, height):
        found = _by_words(place, across, free, height)
        if found is not None:
            objects.append(found)
            free = _without(free, found)
    return objects, free


def _in_grid(grid: RuledGrid, across: Sequence[Rule], spans: Sequence[Span], height: float) -> PageObject | None:
    """The table in a grid: as its rules say, or as its words say where these do not fit the rules."""
    inside = spans_in(grid, spans)
    box = (grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1])
    place = PartlyRuled(box, grid.rows, grid.columns[1:-1])
    if is_crowded(place, [span for span, _ in inside]):
        found = _by_words(place, across, [span for span, _ in inside], height)
        if found is not None:
            return found
    return table_of(grid, inside) if _holds_a_table(grid, inside) else None


def _by_words(place: PartlyRuled, across: Sequence[Rule], spans: Sequence[Span], height: float) -> PageObject | None:
    table = read_words(place, across, spans, height)
    return None if table is None else word_table(table, place.box)


def _holds_a_table(grid: RuledGrid, inside: Sequence[tuple[Span, int]]) -> bool:
    """Whether the cells are filled like those of a table. The frames of a form and the boxes of a drawing are not."""
    filled = Counter(cell for _, cell in inside)
    if len(filled) < max(2, _FILLED * len(grid.cells)):
        return False
    return max(filled.values()) <= max(_MOST_LINES, len(inside) / 2)


def _without(spans: Sequence[Span], found: PageObject) -> list[Span]:
    taken = set(found.lines)
    return [span for span in spans if span.index not in taken]


def _area(grid: RuledGrid) -> float:
    return (grid.columns[-1] - grid.columns[0]) * (grid.rows[-1] - grid.rows[0])
