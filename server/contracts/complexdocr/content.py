"""One page as the contract sees it: pieces in reading order, each with its place, its text and its markup.

Recognised text is escaped before any markup is added, once. Text inside a figure is text too: it follows the figure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from models.document import Image, PageResult
from models.layout.analyse import analyse_layout
from models.layout.document import Block, Box
from server.contracts.complexdocr.places import PageSpace
from server.export.markdown import block_markdown
from server.export.text import block_text, escaped
from server.service import RecognizedPage

Link = Callable[[Image], str]
"""Keeps a picture and says where it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One item of a page.

    Attributes:
        kind: the contract's ``type``.
        place: on the submitted page.
        text: its text, a table's as HTML; empty for a picture.
        markdown: its text with marks.
        picture: where the picture is; None for everything else.
    """

    kind: str
    place: Box
    text: str
    markdown: str
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class PageContent:
    """What was read on one page.

    Attributes:
        space: the page.
        lines: every line, in reading order.
        pieces: the page's items, in reading order; pictures only where they were asked for.
    """

    space: PageSpace
    lines: tuple[str, ...]
    pieces: tuple[Piece, ...]


def page_content(
    page: RecognizedPage, points: tuple[float, float] | None, escape: bool, link: Link | None
) -> PageContent:
    """Analyse a page. CPU work, and a disk may be written to: call it in a thread.

    Args:
        page: the page and what was read on it.
        points: its size in points, of a PDF.
        escape: escape recognised text for HTML.
        link: what to do with pictures; None leaves them out.
    """
    result = page.result
    height, width = page.page.image.shape[:2]
    space = PageSpace((width, height), points, max(0, result.preprocessed.angle))
    blocks = analyse_layout(result.preprocessed.image, result.lines, result.regions).blocks
    texts = (result.lines[index].text.strip() for block in blocks for index in block.lines)
    lines = tuple(escaped(text, escape) for text in texts if text)
    pieces = (piece for block in blocks for piece in _pieces(block, space, result, escape, link))
    return PageContent(space, lines, tuple(pieces))


def _pieces(block: Block, space: PageSpace, result: PageResult, escape: bool, link: Link | None) -> Iterator[Piece]:
    place, kind = space.place(block.box), "text" if block.kind == "image" else block.kind
    if block.kind == "image" and link is not None:
        address = link(_cut(result.preprocessed.image, block.box))
        yield Piece("image", place, "", f"![]({address})", address)
    markdown = block_markdown(block, result.lines, escape, None)
    if markdown:
        text = markdown if kind == "table" else block_text(block, result.lines, escape)
        yield Piece(kind, place, text, markdown)


def _cut(image: Image, box: Box) -> Image:
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(image[y0:y1, x0:x1])
