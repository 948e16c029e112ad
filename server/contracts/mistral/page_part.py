"""A page as it waits for the answer: its pieces in reading order, without the numbers of pictures and tables.

It is made as soon as the page is read, in a thread. Pictures and tables are numbered through the document, so they get
their numbers when all pages are there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from models.document import Image, TextLine
from models.layout.analyse import analyse_layout
from models.layout.document import RUNNING, Block, BlockKind, Box
from models.layout.flow import flowing, joined
from server.contracts.mistral.request import Wanted
from server.contracts.mistral.tables import pipe_table
from server.export.drawing.pictures import encode_jpeg, limit_size
from server.export.markdown import block_markdown
from server.export.markdown_lists import list_items
from server.export.markdown_text import escape_markdown
from server.export.text import block_text
from server.service import RecognizedPage

PieceKind = Literal["text", "title", "table", "image", "caption", "header", "footer", "aside_text"]

_KINDS: dict[BlockKind, PieceKind] = {
    "title": "title",
    "table": "table",
    "table_caption": "caption",
    "image": "image",
    "image_caption": "caption",
    "header": "header",
    "footer": "footer",
    "stamp": "aside_text",
}
"""The contract's word for each kind of block. Page numbers are a head or a foot by their place, and others are text."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """The text of one line, with its score from 0 to 1."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a page.

    Attributes:
        kind: what it is.
        box: its rectangle in pixels of the page.
        content: its Markdown; empty for a picture. A table's is a pipe table.
        html: a table as HTML; empty for everything else.
        lines: what was read in it, in reading order.
        jpeg: a picture, if pictures are wanted; None otherwise.
    """

    kind: PieceKind
    box: Box
    content: str
    html: str = ""
    lines: tuple[ReadText, ...] = ()
    jpeg: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PagePart:
    """One page.

    Attributes:
        index: 0-based number of the page in the document.
        size: width and height in pixels of the picture that all boxes refer to.
        pieces: in reading order.
    """

    index: int
    size: tuple[int, int]
    pieces: tuple[Piece, ...]

    @property
    def picture_bytes(self) -> int:
        """Bytes of all pictures of the page."""
        return sum(len(piece.jpeg) for piece in self.pieces if piece.jpeg is not None)


def page_part(page: RecognizedPage, wanted: Wanted) -> PagePart:
    """Make a page's part of the answer. It analyses and encodes: call it in a thread.

    Args:
        page: the page and its result.
        wanted: pictures that are not wanted are left out, and the text in them stays.
    """
    image = page.result.preprocessed.image
    layout = analyse_layout(image, page.result.lines, page.result.regions)
    height, width = image.shape[:2]
    pieces: list[Piece] = []
    pictures = 0
    blocks = [joined(group) for group in flowing(layout.blocks)]
    items = _items(blocks, layout.lines)
    for place, block in enumerate(blocks):
        if block.kind == "image":
            room = wanted.image_limit is None or pictures < wanted.image_limit
            pieces += _picture(block, layout.lines, image, wanted if room else None)
            pictures = sum(piece.kind == "image" for piece in pieces)
        else:
            pieces += _piece(block, layout.lines, height, items.get(place))
    return PagePart(page.page.index, (width, height), tuple(pieces))


def _items(blocks: Sequence[Block], lines: Sequence[TextLine]) -> dict[int, str]:
    """The paragraphs that are items of lists, as Markdown by their places. Running heads and feet are no part of it."""
    places = [place for place, block in enumerate(blocks) if block.kind not in RUNNING]
    texts = [block_text(blocks[place], lines, escape=False) if blocks[place].kind == "text" else "" for place in places]
    return {
        place: f"{item.marker} {escape_markdown(item.text, html=False)}"
        for place, item in zip(places, list_items(texts), strict=True)
        if item is not None
    }


def _piece(block: Block, lines: Sequence[TextLine], height: int, item: str | None) -> Iterator[Piece]:
    """A block that is no picture. ``item`` is its Markdown if it is an item of a list."""
    kind = _KINDS.get(block.kind, "text")
    if block.kind == "page_number":
        kind = "header" if block.box[1] + block.box[3] < height else "footer"
    if block.table is not None:
        html = block_markdown(block, lines, escape=True, figure=None)
        yield Piece(kind, block.box, pipe_table(block.table, lines), html, _texts(block, lines))
        return
    content = item or block_markdown(block, lines, escape=False, figure=None)
    if content:
        yield Piece(kind, block.box, content, lines=_texts(block, lines))


def _picture(block: Block, lines: Sequence[TextLine], image: Image, wanted: Wanted | None) -> Iterator[Piece]:
    """A picture, and the text in it. None leaves the picture out."""
    x0, y0, x1, y1 = block.box
    if wanted is not None and min(x1 - x0, y1 - y0) >= wanted.image_min_size:
        cut = np.ascontiguousarray(image[y0:y1, x0:x1])
        yield Piece("image", block.box, "", jpeg=encode_jpeg(limit_size(cut, None)) if wanted.pictures else None)
    text = block_text(block, lines, escape=False)
    if text.strip():
        content = "\n\n".join(escape_markdown(line, html=False) for line in text.split("\n") if line.strip())
        yield Piece("text", block.box, content, lines=_texts(block, lines))


def _texts(block: Block, lines: Sequence[TextLine]) -> tuple[ReadText, ...]:
    """The lines of a block. Those of a table stand in the order of its cells."""
    indices = block.lines if block.table is None else [line for cell in block.table.cells for line in cell.lines]
    return tuple(ReadText(lines[index].text, float(lines[index].score)) for index in indices)
