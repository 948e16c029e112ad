"""Tells which blocks go on with the text of an earlier one: a paragraph runs on in the next column or on the next page.

A figure, a table, its caption or a footnote may stand between them. A title may not.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from models.layout.document import Block, BlockKind
from models.layout.joining import is_spaceless

_BETWEEN: frozenset[BlockKind] = frozenset(
    ("table", "table_caption", "image", "image_caption", "footnote", "header", "footer", "page_number", "stamp")
)
"""Kinds of blocks that a paragraph runs around."""
_ENDS = re.compile(r"[.!?…:;。！？：；][\"'»”’)\]]*$")
"""The end of a sentence, or of what introduces a list."""
_BEGINS_WITHIN = re.compile(r"[\"'«“‘(\[]*[^\W\d_]")
_NEAR_SIZES = 1.22
"""The letters of both blocks are equally high, up to this factor."""
_FEWEST_LETTERS = 15
"""A shorter text is a label or a part of a figure, and no paragraph runs on from it."""


def ends_open(text: str) -> bool:
    """Whether a text ends within a sentence."""
    return len(text) >= _FEWEST_LETTERS and _ENDS.search(text.rstrip()) is None


def begins_within(text: str) -> bool:
    """Whether a text begins within a sentence: with a small letter."""
    found = _BEGINS_WITHIN.match(text)
    return found is not None and found[0][-1].islower()


def goes_on(above: str, below: str, sizes: tuple[float, float], *, full: bool) -> bool:
    """Whether a text goes on with an earlier one.

    Args:
        above: the earlier text.
        below: the text.
        sizes: the heights of their letters.
        full: whether the last line of the earlier text reaches the end of its column, and the text is not indented.
    """
    if not below or max(sizes) > _NEAR_SIZES * min(sizes) or not ends_open(above):
        return False
    if begins_within(below):
        return True
    # Scripts without small letters, names and numbers tell it by their places alone.
    return full and (is_spaceless(below[0]) or below[0].isalnum())


def flowing(blocks: Iterable[Block]) -> list[tuple[Block, ...]]:
    """Group the blocks that make one text. Each group stands where its first block does."""
    groups: list[list[Block]] = []
    last: list[Block] | None = None
    for block in blocks:
        if block.continues and last is not None:
            last.append(block)
            continue
        groups.append([block])
        if block.kind not in _BETWEEN:
            last = groups[-1]
    return [tuple(group) for group in groups]


def joined(group: Sequence[Block]) -> Block:
    """The blocks of one text as one block. It has the place of the first one."""
    return replace(group[0], lines=tuple(line for block in group for line in block.lines)) if group[1:] else group[0]


@dataclass(frozen=True, slots=True)
class FlowText:
    """A block as far as its text's flow needs it.

    Attributes:
        kind: of the block.
        text: its text, with the hyphens at the ends of lines as they are.
        size: the height of its letters.
        column: the left and right edge of its column.
        full: whether it has several lines, and the last one reaches the end of its column.
        first_alone: whether nothing stands beside its first line. Labels and values do.
        last_alone: whether nothing stands beside its last line.
        prose: whether it has several rows.
        indented: whether its first line begins further inside than its column.
    """

    kind: BlockKind
    text: str
    size: float
    column: tuple[float, float]
    full: bool
    indented: bool
    first_alone: bool = True
    last_alone: bool = True
    prose: bool = True


def which_continue(texts: Sequence[FlowText]) -> list[bool]:
    """Tell for each block of a page, in reading order, whether its text goes on with that of an earlier one."""
    found: list[bool] = []
    last: FlowText | None = None
    for text in texts:
        joins = last is not None and text.kind == "text" and _joins(last, text)
        found.append(joins)
        if text.kind not in _BETWEEN:
            last = text if text.kind == "text" else None
    return found


def _joins(above: FlowText, below: FlowText) -> bool:
    if not (above.last_alone and below.first_alone and (above.prose or above.column != below.column)):
        return False
    full = above.full and not below.indented and above.column != below.column
    return goes_on(above.text, below.text, (above.size, below.size), full=full)
