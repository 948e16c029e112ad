"""The types of a page's structure: blocks in reading order, each with the lines that it holds."""

from dataclasses import dataclass
from typing import Literal

from models.document import TextLine

BlockKind = Literal[
    "title",
    "text",
    "table",
    "table_caption",
    "image",
    "image_caption",
    "footnote",
    "header",
    "footer",
    "page_number",
    "stamp",
]

RUNNING: frozenset[BlockKind] = frozenset(("header", "footer", "page_number", "stamp"))
"""Kinds of blocks that are no part of the text: they stand at the page's edges, and say where the page belongs."""

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the preprocessed page; x0 < x1, y0 < y1, inside the page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table, with the lines that were read in it.

    Attributes:
        row: 0-based row of its upper edge.
        column: 0-based column of its left edge.
        row_span: rows that it covers, at least 1.
        column_span: columns that it covers, at least 1.
        lines: indices into the page's lines, in reading order; empty for an empty cell.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The grid of a table.

    Attributes:
        rows: number of rows.
        columns: number of columns.
        cells: every position of the grid is covered by exactly one cell; sorted by row, then column.
        ruled: whether the grid was drawn. If not, it follows from the alignment of the lines, or from a table model.
    """

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    ruled: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a page.

    Attributes:
        kind: what it is.
        box: its rectangle.
        lines: indices into the page's lines, in reading order. A figure holds the lines that stand inside it.
        level: 1 to 3 for a title, by its size; 0 for everything else.
        table: the grid; only a table has one.
        continues: whether its text goes on with that of an earlier block: a paragraph runs on in the next column. It is
            the last block before it that is neither a figure, a table, a caption, a footnote nor at the page's edge.
    """

    kind: BlockKind
    box: Box
    lines: tuple[int, ...]
    level: int = 0
    table: Table | None = None
    continues: bool = False


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The structure of a page.

    Attributes:
        blocks: in reading order. Every line with text is in exactly one of them, or its parts are.
        lines: what the blocks' indices refer to: the page's lines in their order, with parts in the place of those that
            were cut at a gutter.
        sources: for each of these, the index of the page's line that it is or is a part of.
    """

    blocks: tuple[Block, ...]
    lines: tuple[TextLine, ...] = ()
    sources: tuple[int, ...] = ()
