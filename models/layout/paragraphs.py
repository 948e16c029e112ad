"""Groups lines into paragraphs, by white space, size, indentation, and lines that end early."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.layout.captions import begins_caption
from models.layout.frame import Span
from models.layout.joining import breaks_a_word, is_spaceless
from models.layout.labels import COLONS
from models.layout.reading import Column

Paragraph = tuple[Span, ...]

_MORE_WHITE = 0.4
"""A paragraph ends if the next line is further away than usual by this share of a line's height."""
_SINGLE_PITCH = 1.2
"""The usual pitch of a column in which no two lines are near each other, in heights of a line."""
_OTHER_SIZE = 1.27
"""A paragraph ends if the next line is so many times larger or smaller."""
_FAR_OTHER_SIZE = 2.0
"""The same for lines of few characters, which show their size badly."""
_INDENT = 0.7
"""A paragraph ends if the next line begins further to the right, by so many heights of a line."""
_SHARE_IN_A_ROW = 4.0
"""Pieces of a row belong together up to this distance, in heights of a line."""
_ROOM = 1.5
"""A paragraph ends if the next line's first word would have fitted, and so many heights of a line would be left."""
_ITEM = re.compile(
    r"^(?:[•·▪◦●○■□➢✓]|[-–—*]\s|\(?\d{1,2}[.)、]\s?\D|\([a-zA-Z]\)|[①-⑳]|[一二三四五六七八九十]{1,3}、|"
    r"(?:[(][一二三四五六七八九十]{1,3}[)])|第[一二三四五六七八九十百\d]{1,4}[章节条])"
)
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[A-Z\u4e00-\u9fff]")
"""The number of a section within another one, before its title."""
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’)\]]?$")


@dataclass(frozen=True, slots=True)
class _Column:
    """The usual measures of a column.

    Attributes:
        pitch: distance of lines, in heights of a line.
        right: x of the right edge.
        height: the page's usual height of a line, in pixels.
    """

    pitch: float
    right: float
    height: float


def find_paragraphs(column: Column, height: float) -> list[Paragraph]:
    """Group a column's lines into paragraphs, in reading order.

    Args:
        column: its rows.
        height: median height of a line of the page.
    """
    rows = [[piece.span for piece in row if piece.span is not None] for row in column.rows]
    usual = _usual_pitch([row[0] for row in rows if row], height)
    right = max(span.x1 for row in rows for span in row)
    paragraphs: list[list[Span]] = []
    above: Sequence[Span] = ()
    for row in rows:
        # A label and its value stay together, and what follows is no part of the value.
        apart = len(_runs(row)) > 1 or any(span.text.endswith(COLONS) for span in row[:-1])
        if above and not apart and not _ends(above, row, _Column(usual, right, height), paragraphs[-1]):
            paragraphs[-1].extend(row)
        else:
            paragraphs.append(list(row))
        above = () if apart else row
    return [tuple(paragraph) for paragraph in paragraphs]


def _runs(row: Sequence[Span]) -> list[list[Span]]:
    """Group the pieces of a row that belong together."""
    runs: list[list[Span]] = []
    for span in row:
        if runs and span.x0 - runs[-1][-1].x1 <= _SHARE_IN_A_ROW * span.size:
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _usual_pitch(spans: Sequence[Span], height: float) -> float:
    """The usual distance of a line from the one before, in heights of a line."""
    steps = [(below.middle - above.middle) / height for above, below in pairwise(spans)]
    near = [step for step in steps if 0 < step < 3]
    return float(np.percentile(near, 30)) if near else _SINGLE_PITCH


def _ends(above: Sequence[Span], below: Sequence[Span], column: _Column, paragraph: Sequence[Span]) -> bool:
    """Whether a paragraph ends between two rows."""
    last, first = above[-1], below[0]
    size = max(last.size, first.size)
    step = first.middle - above[0].middle
    # The heights of boxes depend on the letters in them, so the page's usual height is the better measure.
    pitch_size = column.height if 0.8 * column.height < size < 1.3 * column.height else size
    if step < 0.5 * size:
        return True
    few = min(len(last.text), len(first.text)) < 4
    if size > (_FAR_OTHER_SIZE if few else _OTHER_SIZE) * min(last.size, first.size):
        return True
    if step > column.pitch * pitch_size + _MORE_WHITE * size or _ITEM.match(first.text) or begins_caption(first.text):
        return True
    if _begins_section(last, below, column):
        return True
    if first.x0 > above[0].x0 + _INDENT * size and not _hangs(paragraph):
        return True
    return not breaks_a_word(last.text, first.text) and _had_room(last, first, column.right)


def _begins_section(last: Span, below: Sequence[Span], column: _Column) -> bool:
    """Whether a row is the title of a numbered section: a short one after the end of a sentence."""
    short = below[-1].x1 < column.right - 2 * _ROOM * column.height and not _SENTENCE_END.search(below[-1].text)
    return short and bool(_SECTION.match(below[0].text)) and bool(_SENTENCE_END.search(last.text))


def _hangs(paragraph: Sequence[Span]) -> bool:
    """Whether a paragraph is the first line of a list item. Its next lines are indented and begin no new paragraph."""
    return len(paragraph) == 1 and bool(_ITEM.match(paragraph[0].text))


def _had_room(last: Span, first: Span, right: float) -> bool:
    word = first.text.split(maxsplit=1)[0]
    if any(is_spaceless(character) for character in word[:2]):
        word = first.text[:1]
    width = first.width * len(word) / len(first.text)
    return right - last.x1 > width + _ROOM * last.size
