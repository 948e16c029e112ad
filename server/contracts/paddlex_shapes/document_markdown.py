"""The Markdown of a page in the form of PaddleX's document pipelines.

Pictures and tables stay on one line each, because clients look for them line by line.
"""

import re
from collections.abc import Sequence

from models.document import TextLine
from models.layout.document import Block
from server.contracts.paddlex_shapes.document_blocks import CAPTIONS, PICTURES, TITLES, LabelledBlock
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from server.contracts.paddlex_shapes.document_tables import table_html, whole_html
from server.contracts.paddlex_shapes.pruned import line_bounds
from server.export.markdown_text import escape_markdown, escape_table_cell
from server.export.text import block_text

_NUMBERING = re.compile(r"\s*\d+((?:\.\d+)*)[.、]?(?=\s|\D)")
_DEEPEST = 6
"""Markdown has no deeper heading."""
_NEAR = 10
"""Pixels. A line that is so near to the edge of the text reaches it, as in PaddleX."""
_TABLE = '<table border="1">'
_VISION_TABLE = "<table border=1 style='margin: auto; word-wrap: break-word;'>"


def document_markdown(
    blocks: Sequence[LabelledBlock],
    lines: Sequence[TextLine],
    style: DocumentStyle,
    page_width: int,
    page_index: int,
) -> str:
    """The Markdown of a page; empty if it has no text and no picture.

    Args:
        blocks: of the page, in reading order.
        lines: of the page.
        style: the form that is wanted.
        page_width: in pixels.
        page_index: 0-based position of the page.
    """
    shown = (each for each in blocks if each.label not in style.ignored_labels)
    parts = (labelled_markdown(each, lines, style, page_width, page_index) for each in shown)
    return "\n\n".join(part for part in parts if part)


def labelled_markdown(
    labelled: LabelledBlock, lines: Sequence[TextLine], style: DocumentStyle, page_width: int, page_index: int
) -> str:
    """The Markdown of one block, see `document_markdown`."""
    label, block = labelled.label, labelled.block
    if label == "table":
        return _table(table_html(block, lines), style)
    text = block_text(block, lines, escape=False)
    if label not in PICTURES:
        return _text(label, text, style) if text else ""
    picture = _picture(style.picture_name(label, block.box, page_index), block, style, page_width)
    # The text inside a picture is text too.
    return f"{picture}\n\n{_paragraph(text)}" if text else picture


def heading_level(text: str) -> int:
    """The number of a heading's number signs: 2, and one more for each dot within its numbering."""
    numbered = _NUMBERING.match(text)
    return min(_DEEPEST, 2 + (numbered[1].count(".") if numbered else 0))


def continuation(
    blocks: Sequence[LabelledBlock], lines: Sequence[TextLine], style: DocumentStyle, page_index: int
) -> tuple[bool, bool]:
    """Whether the page begins with a paragraph of its own, and whether it ends with the end of one.

    A page goes on from the page before if its first line begins at the left edge of the text. It goes on to the next
    page if its last line reaches the right edge. Titles, tables and pictures never do. Nor does the first page begin
    within a paragraph.
    """
    shown = [each for each in blocks if each.label not in style.ignored_labels]
    text = [each.block for each in shown if each.label == "text" and each.block.lines]
    if not text:
        return True, True
    left, right = min(block.box[0] for block in text), max(block.box[2] for block in text)
    first, last = shown[0].block, shown[-1].block
    begins = page_index == 0 or first is not text[0] or line_bounds(lines[first.lines[0]].quad)[0] - left >= _NEAR
    ends = last is not text[-1] or right - line_bounds(lines[last.lines[-1]].quad)[2] >= _NEAR
    return begins, ends


def _text(label: str, text: str, style: DocumentStyle) -> str:
    if label in TITLES:
        level = 1 if label == "doc_title" else heading_level(text)
        return f"{'#' * level} {escape_markdown(text, html=True, heading=True)}"
    if label in CAPTIONS and style.pretty:
        return _centred(escape_table_cell(text, html=True))
    return _paragraph(text)


def _paragraph(text: str) -> str:
    return re.sub(r"\n+", "\n\n", escape_markdown(text, html=True))


def _picture(name: str, block: Block, style: DocumentStyle, page_width: int) -> str:
    if not style.pretty:
        return f"![]({name})"
    x0, _, x1, _ = block.box
    share = max(1, 100 * (x1 - x0) // page_width)
    return _centred(f'<img src="{name}" alt="Image" width="{share}%" />')


def _table(table: str, style: DocumentStyle) -> str:
    if not style.pretty:
        return table
    if style.vision_language:
        return table.replace("<table>", _VISION_TABLE, 1) + "\n"
    return _centred(whole_html(table.replace("<table>", _TABLE, 1)))


def _centred(content: str) -> str:
    return f'<div style="text-align: center;">{content}</div>\n'
