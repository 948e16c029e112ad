"""Converts a page to the contract's items in reading order, each with its position, its text and its markup.

Recognised text is escaped once, before any markup is added. Text inside a figure is text too: it follows the figure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.document import Image, TextLine
from models.layout.analyse import analyse_layout
from models.layout.document import RUNNING, Block, BlockKind, Box
from server.contracts.complexdocr.positions import PageSpace
from server.export.markdown import block_markdown
from server.export.text import block_text, escaped
from server.service import RecognizedPage

Link = Callable[[Image], str]
"""Keeps a picture and gives its address."""

_TYPES: dict[BlockKind, str] = {"image": "text", "footnote": "text", **dict.fromkeys(RUNNING, "text")}
"""The contract's types of what it knows under another name. All others have their own."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a page.

    Attributes:
        kind: the contract's ``type``.
        position: on the submitted page.
        text: its text, of a table as HTML; empty for a picture.
        markdown: its text with markup.
        picture: the address of a picture; None for everything else.
    """

    kind: str
    position: Box
    text: str
    markdown: str
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class PagePart:
    """One page's part of the answer.

    Attributes:
        space: the page.
        lines: every line, in reading order.
        items: the page's items, in reading order; with pictures only if the request wants them.
    """

    space: PageSpace
    lines: tuple[str, ...]
    items: tuple[Item, ...]


def page_part(page: RecognizedPage, points: tuple[float, float] | None, escape: bool, link: Link | None) -> PagePart:
    """Analyse a page. It costs CPU and may write to a disk: call it in a thread.

    Args:
        page: the page and its result.
        points: a PDF page's width and height in points; None for an image.
        escape: escape recognised text for HTML.
        link: keeps pictures; None leaves them out.
    """
    result = page.result
    height, width = page.page.image.shape[:2]
    space = PageSpace((width, height), points, max(0, result.preprocessed.angle))
    layout = analyse_layout(result.preprocessed.image, result.lines, result.regions)
    texts = (layout.lines[index].text.strip() for block in layout.blocks for index in block.lines)
    lines = tuple(escaped(text, escape) for text in texts if text)
    items = (
        item
        for block in layout.blocks
        for item in _items(block, space, layout.lines, result.preprocessed.image, escape, link)
    )
    return PagePart(space, lines, tuple(items))


def _items(
    block: Block, space: PageSpace, lines: Sequence[TextLine], image: Image, escape: bool, link: Link | None
) -> Iterator[Item]:
    position, kind = space.position(block.box), _TYPES.get(block.kind, block.kind)
    if block.kind == "image" and link is not None:
        address = link(_cut(image, block.box))
        yield Item("image", position, "", f"![]({address})", address)
    markdown = block_markdown(block, lines, escape, None)
    if markdown:
        text = markdown if kind == "table" else block_text(block, lines, escape)
        yield Item(kind, position, text, markdown)


def _cut(image: Image, box: Box) -> Image:
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(image[y0:y1, x0:x1])
