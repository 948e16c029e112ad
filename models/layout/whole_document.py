"""Looks at all pages of a document together: what they repeat, and which titles have the same level."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.layout.document import Block, PageLayout
from models.layout.joining import join_lines
from models.layout.repeated import without_repeated
from models.layout.titles import levels_by_number, title_levels


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
    levels = iter(levels_by_number(texts, title_levels([_size(page, block) for page, block in titles])))
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
    sides = [page.lines[index].quad for index in block.lines]
    return float(np.median([min(np.linalg.norm(q[3] - q[0]), np.linalg.norm(q[1] - q[0])) for q in sides]))
