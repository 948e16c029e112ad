"""The blocks of a page under the labels of PaddleX's document pipelines, in reading order."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from models.layout.document import Block, PageLayout

LABELS = (
    "paragraph_title", "image", "text", "number", "abstract", "content", "figure_title", "formula", "table",
    "reference", "doc_title", "footnote", "header", "algorithm", "footer", "seal", "chart", "formula_number",
    "aside_text", "reference_content",
)  # fmt: skip
"""The labels of the layout model PP-DocLayout. The place of a label is its ``cls_id``."""

IGNORED_LABELS = ("number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text")
"""The labels that Markdown leaves out if a request does not say which."""

CAPTIONS = frozenset({"figure_title", "table_title", "chart_title"})
PICTURES = frozenset({"image", "chart", "seal", "header_image", "footer_image"})
TITLES = frozenset({"doc_title", "paragraph_title"})
_WITHOUT_ORDER = CAPTIONS | PICTURES | {"table"}

_DETECTED = {
    "title": "paragraph_title",
    "figure": "image",
    "header_image": "image",
    "footer_image": "image",
    "figure_caption": "figure_title",
    "figure_table_chart_title": "figure_title",
    "chart_title": "figure_title",
    "table_title": "figure_title",
    "table_caption": "figure_title",
}
"""Names of later steps and of other layout models, and the labels of `LABELS` that stand for them."""

_OF_KIND = {
    "title": "paragraph_title",
    "table": "table",
    "table_caption": "table_title",
    "image": "image",
    "image_caption": "figure_title",
    "header": "header",
    "footer": "footer",
    "page_number": "number",
    "footnote": "footnote",
    "stamp": "aside_text",
}
"""The label of each kind of block. Every other kind is text."""


@dataclass(frozen=True, slots=True)
class LabelledBlock:
    """A block under its label.

    Attributes:
        label: a label of `LABELS`, or of PaddleX's later steps, such as ``table_title``.
        block: of the page's layout.
        order: its place among the text that is not left out, from 1 on; None if it has none.
    """

    label: str
    block: Block
    order: int | None


def labelled_blocks(
    layout: PageLayout, page_index: int, *, tables: bool, ignored: Collection[str]
) -> tuple[LabelledBlock, ...]:
    """The blocks of a page with their labels.

    Args:
        layout: of the page.
        page_index: 0-based position of the page. Only the first page can hold the title of the document.
        tables: whether tables are wanted. Otherwise their lines are text.
        ignored: labels that Markdown leaves out. They have no order.
    """
    return tuple(_labelled(layout, page_index, tables, ignored))


def detected_label(label: str) -> str:
    """The label of `LABELS` that stands for a label; ``text`` for an unknown one."""
    return label if label in LABELS else _DETECTED.get(label, "text")


def _labelled(layout: PageLayout, page_index: int, tables: bool, ignored: Collection[str]) -> Iterator[LabelledBlock]:
    order = 0
    title = _document_title(layout) if page_index == 0 else None
    for block in layout.blocks:
        label = "doc_title" if block is title else _label(block, tables)
        ordered = label not in _WITHOUT_ORDER and label not in ignored
        order += ordered
        yield LabelledBlock(label, block, order if ordered else None)


def _label(block: Block, tables: bool) -> str:
    if block.kind == "table" and not tables:
        return "text"
    return _OF_KIND.get(block.kind, "text")


def _document_title(layout: PageLayout) -> Block | None:
    """The title of a document: the first title of its first page, if no other title there is as large."""
    titles = [block for block in layout.blocks if block.kind == "title"]
    if titles and titles[0].level == 1 and all(block.level > 1 for block in titles[1:]):
        return titles[0]
    return None
