"""Finds running heads, feet and page numbers by their repetition over the pages of a document.

One page does not tell a name at its edge from a title. Two pages that say the same at the same place do, and so do
numbers that count. Large letters stay: they are titles and letterheads.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.layout.document import RUNNING, Block, BlockKind, Box, PageLayout

_EDGE = 0.1
"""Such a line stands in this share of the page's height, above or below."""
_NEAR_PAGES = 2
"""A line is repeated at most so many pages away: left and right pages may differ."""
_SAME_HEIGHT, _SAME_SIDE = 0.015, 0.04
"""Its places are at most so far apart, as shares of the height and the width of the page."""
_LARGEST = 1.2
"""It is at most so many times as high as the page's usual line."""
_FEWEST_LETTERS = 3
_MOST_LINES = 60
"""So many of a page's lines are compared, the outermost ones: each is compared with those of four other pages."""
_TAKEN_FROM: frozenset[BlockKind] = frozenset(("title", "text", "footnote"))
"""Kinds of blocks that such a line may have been taken for."""


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """A line at the upper or lower edge of a page.

    Attributes:
        page: its page, 0-based.
        index: of the line in the page's layout.
        text: of the line.
        top: whether it stands at the upper edge.
        depth: the distance of its middle from that edge, as a share of the page's height.
        centre: the x of its middle, as a share of the page's width.
        fixed: whether it is running text already.
    """

    page: int
    index: int
    text: str
    top: bool
    depth: float
    centre: float
    fixed: bool = False


def without_repeated(pages: Sequence[PageLayout], sizes: Sequence[tuple[int, int]]) -> list[PageLayout]:
    """Set apart what the pages of a document repeat at their edges.

    Args:
        pages: of one document, in order. Pages may be missing between them.
        sizes: width and height of each page, in its pixels.

    Returns:
        The same pages. Repeated lines are headers, footers and page numbers, each in a block of its own.
    """
    lines = [line for number, page in enumerate(pages) for line in _edge_lines(number, page, sizes[number])]
    kinds: list[dict[int, BlockKind]] = [{} for _ in pages]
    for line, kind in repeated_lines(lines).items():
        kinds[line.page][line.index] = kind
    return [_set_apart(page, of_page) for page, of_page in zip(pages, kinds, strict=True)]


def repeated_lines(lines: Sequence[EdgeLine]) -> dict[EdgeLine, BlockKind]:
    """Tell which lines at the edges of pages are repeated, and what they are. Those further inside follow others."""
    found: dict[EdgeLine, BlockKind] = {}
    of_page: dict[int, list[EdgeLine]] = {}
    for line in lines:
        of_page.setdefault(line.page, []).append(line)
    for line in lines:
        near = range(line.page - _NEAR_PAGES, line.page + _NEAR_PAGES + 1)
        others = [other for page in near for other in of_page.get(page, ()) if _is_same_place(line, other)]
        if any(_counts_on(line, other) for other in others):
            found[line] = "page_number"
        elif any(_says_the_same(line, other) for other in others):
            found[line] = "header" if line.top else "footer"
    return {
        line: kind for line, kind in found.items() if not line.fixed and _is_outermost(line, of_page[line.page], found)
    }


def _is_same_place(line: EdgeLine, other: EdgeLine) -> bool:
    """Whether lines of pages near each other stand at the same place, or at that of the page on the other side."""
    if not 1 <= abs(line.page - other.page) <= _NEAR_PAGES or line.top != other.top:
        return False
    away = min(abs(line.centre - other.centre), abs(line.centre - (1 - other.centre)))
    return abs(line.depth - other.depth) <= _SAME_HEIGHT and away <= _SAME_SIDE


def _counts_on(line: EdgeLine, other: EdgeLine) -> bool:
    """Whether both are numbers that differ as their pages do."""
    if not (line.text.isdecimal() and other.text.isdecimal()) or max(len(line.text), len(other.text)) > 4:
        return False
    return int(other.text) - int(line.text) == other.page - line.page


def _says_the_same(line: EdgeLine, other: EdgeLine) -> bool:
    """Whether both have the same letters. Their numbers may differ."""
    own = _letters(line.text)
    return sum(letter.isalpha() for letter in own) >= _FEWEST_LETTERS and own == _letters(other.text)


def _letters(text: str) -> str:
    return re.sub(r"\d+", "0", "".join(text.split())).casefold()


def _is_outermost(line: EdgeLine, lines: Iterable[EdgeLine], found: dict[EdgeLine, BlockKind]) -> bool:
    """Whether all lines of its page that are nearer to the edge are running text too."""
    return all(
        other.fixed or other in found
        for other in lines
        if other.top == line.top and other.depth < line.depth - _SAME_HEIGHT / 2
    )


def _edge_lines(number: int, page: PageLayout, size: tuple[int, int]) -> list[EdgeLine]:
    """The lines at the edges of a page, and those of its tables and figures too: they keep what is inside."""
    heights = [_height(line.quad) for line in page.lines if line.text.strip()]
    usual = float(np.median(heights)) if heights else 0.0
    found = []
    for block in page.blocks:
        for index in block.lines:
            line = page.lines[index]
            x, y = (float(value) for value in line.quad.mean(axis=0))
            depth = min(y, size[1] - y) / size[1]
            if depth > _EDGE:
                continue
            fixed = block.kind in RUNNING
            may = block.kind in _TAKEN_FROM and _height(line.quad) <= _LARGEST * usual
            # What may not be taken is a text of its own, so that nothing further inside is taken either.
            text = line.text.strip() if fixed or may else ""
            found.append(EdgeLine(number, index, text, y < size[1] / 2, depth, x / size[0], fixed))
    return sorted(found, key=lambda line: line.depth)[:_MOST_LINES]


def _height(quad: np.ndarray) -> float:
    return float(min(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[1] - quad[0])))


def _set_apart(page: PageLayout, kinds: dict[int, BlockKind]) -> PageLayout:
    """A page with lines in blocks of their own: heads before all others, and feet after them."""
    if not kinds:
        return page
    above: list[Block] = []
    below: list[Block] = []
    for index, kind in kinds.items():
        block = Block(kind, _box(page, (index,)), (index,))
        (below if kind == "footer" or _is_low(page, index) else above).append(block)
    kept = []
    for block in page.blocks:
        lines = tuple(index for index in block.lines if index not in kinds)
        if len(lines) == len(block.lines):
            kept.append(block)
        elif lines:
            kept.append(replace(block, lines=lines, box=_box(page, lines)))
    return replace(page, blocks=(*above, *kept, *below))


def _is_low(page: PageLayout, index: int) -> bool:
    """Whether a line stands below the middle of the page's lines."""
    return bool(page.lines[index].quad[:, 1].mean() > np.median([line.quad[:, 1].mean() for line in page.lines]))


def _box(page: PageLayout, lines: Sequence[int]) -> Box:
    corners = np.concatenate([page.lines[index].quad for index in lines])
    (x0, y0), (x1, y1) = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    return max(0, int(x0)), max(0, int(y0)), max(1, int(x1)), max(1, int(y1))
