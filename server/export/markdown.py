"""A page as Markdown: titles with number signs, paragraphs, tables as HTML with spans, figures as image references."""

from collections.abc import Callable, Sequence

from models.document import TextLine
from models.layout.document import RUNNING, Block, Cell, PageLayout, Table
from models.layout.flow import flowing, joined
from models.layout.joining import join_lines
from server.export.markdown_lists import Item, list_items
from server.export.markdown_text import escape_markdown, escape_table_cell
from server.export.text import block_text

Figure = Callable[[Block], str]
"""Gives the address of an image block's picture: a URL or a data URI."""


def page_markdown(lines: Sequence[TextLine], layout: PageLayout, *, escape: bool, figure: Figure | None) -> str:
    """The blocks of a page without running heads and feet, a blank line between them; empty if there are none.

    Args:
        lines: of the page.
        layout: its structure.
        escape: whether recognised text is escaped for HTML. It is always escaped for Markdown, and markup never is.
        figure: gives the address of each figure. None leaves figures out and writes their lines as text.
    """
    groups = flowing(block for block in layout.blocks if block.kind not in RUNNING)
    blocks = [joined(group) for group in groups]
    items = list_items([block_text(block, lines, escape=False) if block.kind == "text" else "" for block in blocks])
    parts = (
        block_markdown(block, lines, escape, figure) if item is None else _item(item, escape)
        for block, item in zip(blocks, items, strict=True)
    )
    return "\n\n".join(part for part in parts if part)


def block_markdown(block: Block, lines: Sequence[TextLine], escape: bool, figure: Figure | None) -> str:
    """One block of a page, see `page_markdown`."""
    if block.table is not None:
        return _table(block.table, lines, escape)
    if block.kind == "image" and figure is not None:
        return f"![]({figure(block)})"
    text = block_text(block, lines, escape=False)
    if block.kind == "title" and text:
        return f"{'#' * block.level} {escape_markdown(text, html=escape, heading=True)}"
    return escape_markdown(text, html=escape)


def _item(item: Item, escape: bool) -> str:
    return f"{item.marker} {escape_markdown(item.text, html=escape)}"


def _table(table: Table, lines: Sequence[TextLine], escape: bool) -> str:
    rows: list[list[str]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row].append(_cell(cell, lines, escape))
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table>{body}</table>"


def _cell(cell: Cell, lines: Sequence[TextLine], escape: bool) -> str:
    rows = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    columns = f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    text = escape_table_cell(join_lines([lines[index].text for index in cell.lines]), html=escape)
    return f"<td{rows}{columns}>{text}</td>"
