"""A page as plain text: one line for each paragraph, in reading order. A row of a table is a line with tabs.

All forms of a page also use the functions here that escape recognised text for HTML and drop characters that XML does
not allow.
"""

import re
from collections.abc import Sequence
from html import escape as html_escape

from models.document import TextLine
from models.layout.document import RUNNING, Block, PageLayout, Table
from models.layout.flow import flowing, joined
from models.layout.joining import join_lines

NOT_ALLOWED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow (section 2.2, Char), also unpaired surrogates. Word refuses such a file."""


def page_text(lines: Sequence[TextLine], layout: PageLayout) -> str:
    """The text of a page without running heads and feet, blocks joined by line ends; empty if nothing was read."""
    groups = flowing(block for block in layout.blocks if block.kind not in RUNNING)
    texts = (block_text(joined(group), lines, escape=False) for group in groups)
    return "\n".join(text for text in texts if text)


def block_text(block: Block, lines: Sequence[TextLine], escape: bool) -> str:
    """The text of one block, without markup.

    Args:
        block: of the page's layout.
        lines: of the page.
        escape: whether recognised text is escaped for HTML.

    Returns:
        The text; empty if the block holds no line. The lines of a figure keep their line ends.
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


def escaped(text: str, wanted: bool) -> str:
    """A text with ``& < > " '`` as ``&amp; &lt; &gt; &quot; &#x27;`` if that is wanted; else the text as it is."""
    return html_escape(text, quote=True) if wanted else text


def clean_text(text: str) -> str:
    """Drop characters that XML does not allow. White space of any length and kind becomes one space."""
    return " ".join(NOT_ALLOWED.sub("", text).split())
