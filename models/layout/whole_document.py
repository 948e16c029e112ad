"""Looks at all pages of a document together: what they repeat, and which titles have the same level."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.document import Quad
from models.layout.document import Block, PageLayout
from models.layout.joining import join_lines
from models.layout.repeated import without_repeated
from models.layout.titles import levels_by_number, raised, title_levels


def settle(pages: Sequence[PageLayout], sizes: Sequence[tuple[int, int]]) -> list[PageLayout]:
    """Give the pages of a document the structure that they have together. A single page stays as it is.

    Args:
        pages: of one document, in order, as `analyse_layout` gave them.
        sizes: width and height of each page, in its pixels.
    """
    if len(pages) < 2:
        return list(pages)
    return with_common_levels(without_repeated(pages, sizes))


def with_common_levels(pages: Sequence[PageLayout]) -> list[PageLayout]:
    """Give titles of the same size the same level on all pages. The largest titles of the document have level 1."""
    titles = [(page, block) for page in pages for block in page.blocks if block.kind == "title"]
    texts = [join_lines([page.lines[index].text.strip() for index in block.lines]) for page, block in titles]
    heights = [_height(line.quad) for page in pages for line in page.lines if line.text.strip()]
    sizes = raised([_size(page, block) for page, block in titles], float(np.median(heights)) if heights else 1.0)
    levels = iter(levels_by_number(texts, title_levels(sizes)))
    return [
        replace(
            page,
            blocks=tuple(
                replace(block, level=next(levels)) if block.kind == "title" else block for block in page.blocks
            ),
        )
        for page in pages
    ]


def _size(page: PageLayout, block: Block) -> float:
    """The median height of a block's lines, in pixels of its page."""
    return float(np.median([_height(page.lines[index].quad) for index in block.lines]))


def _height(quad: Quad) -> float:
    return float(min(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[1] - quad[0])))
