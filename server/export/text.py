"""A page as plain text: one paragraph a line, in reading order; a table's rows as lines with tabs between cells."""

from collections.abc import Sequence

from models.document import TextLine
from models.layout.document import Block, PageLayout, Table
from models.layout.joining import join_lines
from server.export.escaping import escaped


def page_text(lines: Sequence[TextLine], layout: PageLayout) -> str:
    """The page's text, blocks joined by line ends; empty where nothing was read."""
    texts = (block_text(block, lines, escape=False) for block in layout.blocks)
    return "\n".join(text for text in texts if text)


def block_text(block: Block, lines: Sequence[TextLine], escape: bool) -> str:
    """One block's text without any markup.

    Args:
        block: of the page's layout.
        lines: of the page.
        escape: whether to escape what was read for HTML.

    Returns:
        Lines of a figure keep their line ends; empty where the block holds no line.
    """
    if block.table is not None:
        return _table_text(block.table, lines, escape)
    texts = [escaped(lines[index].text.strip(), escape) for index in block.lines]
    return "\n".join(texts) if block.kind == "image" else join_lines(texts)


def _table_text(table: Table, lines: Sequence[TextLine], escape: bool) -> str:
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = join_lines([escaped(lines[index].text, escape) for index in cell.lines])
    return "\n".join("\t".join(row).rstrip("\t") for row in rows)
