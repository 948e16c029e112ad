"""Finds footnotes: the small text at the foot of a column, behind a mark or below a short rule."""

import re
from collections.abc import Sequence

from models.layout.captions import begins_caption
from models.layout.frame import Span
from models.layout.rules import Rule

_MARK = re.compile(r"(?:[*†‡§¶#∗✝]|[¹²³⁴⁵⁶⁷⁸⁹⁰]|\[?\d{1,3}\]?[.)]?\s?(?=[^\W\d_a-z]|[\"“‘'(])|[a-z]\)?\s(?=[A-Z]))")
_SMALLER = 0.92
"""A footnote is at most so many times as high as the text."""
_LOWER = 0.45
"""It begins below this share of the page's height."""
_NEAR = 2.0
"""The rule above footnotes is at most so far away, in heights of a line."""
_SHORTEST, _LONGEST = 2.0, 0.75
"""The rule is at least so many heights of a line long, and at most this share of the column."""

Column = tuple[float, float]


def count_footnotes(
    paragraphs: Sequence[Sequence[Span]], column: Column, body: float, page_height: float, rules: Sequence[Rule]
) -> int:
    """Count the footnotes at the end of a column.

    Args:
        paragraphs: of the column, from top to bottom.
        column: its left and right edge.
        body: the height of the page's text.
        page_height: in pixels of the frame.
        rules: the page's horizontal rules.

    Returns:
        How many of the last paragraphs are footnotes. All of them, only if a rule or marks tell it.
    """
    count = 0
    for number, paragraph in enumerate(reversed(paragraphs), start=1):
        first = paragraph[0]
        if first.y0 < _LOWER * page_height or begins_caption(first.text):
            break
        small = _size(paragraph) <= _SMALLER * body
        ruled = any(_is_above(rule, first, column) for rule in rules)
        if not small and not ruled:
            break
        if ruled or _MARK.match(first.text):
            count = number
        if ruled:
            break
    return count


def _is_above(rule: Rule, span: Span, column: Column) -> bool:
    """Whether a rule separates footnotes from the text above them: short, and at the left of the column."""
    height, length = span.y1 - span.y0, rule.end - rule.start
    near = 0 <= span.y0 - rule.at + 0.3 * height <= _NEAR * height
    left = abs(rule.start - column[0]) <= 1.5 * height
    return near and left and _SHORTEST * height <= length <= _LONGEST * (column[1] - column[0])


def _size(paragraph: Sequence[Span]) -> float:
    return sorted(span.size for span in paragraph)[len(paragraph) // 2]
