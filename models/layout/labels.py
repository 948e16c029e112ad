"""Tells the labels of a form and their values from columns of text: what stands beside each other belongs together."""

import re
from collections.abc import Sequence

from models.layout.pieces import Piece, extent, rows_of

COLONS = (":", "：")
"""A label may end with one of these."""
_AMOUNT = re.compile(r"\D{0,4}\d[\d.,'’ ]*[.,]\d{2}(?!\d)\D{0,4}")
"""A price. Whole numbers are not enough: running text may have numbers of its lines in the margin."""
_MANY = 0.5
"""At least this share of the labels ends with a colon, or of the values is a price."""
_WIDEST_LABEL = 13.0
"""A label without a colon is at most so wide, in heights of a line."""
_BESIDE = 0.75
"""At least this share of the labels stands beside a value, and of the values beside a label."""
_FEWEST_ROWS = 2
_FEWEST_OTHERS = 3


def are_labels(left: Sequence[Piece], right: Sequence[Piece], height: float) -> bool:
    """Whether lines are the labels of the lines to their right, row by row.

    Labels end with a colon, or their values are prices. Else the labels are short, and no line on either side begins
    with a small letter, as lines of running text do. Chinese and Japanese without colons and prices tell nothing.

    Args:
        left: lines below each other.
        right: lines to their right.
        height: median height of a line of the page.
    """
    labels, values = rows_of(left), rows_of(right)
    if min(len(labels), len(values)) < _FEWEST_ROWS or not _stand_beside(labels, values):
        return False
    texts = [_text(row) for row in labels]
    if sum(text.endswith(COLONS) for text in texts) >= _MANY * len(texts):
        return True
    if sum(_AMOUNT.fullmatch(_text(row)) is not None for row in values) >= _MANY * len(values):
        return True
    first = [text[0] for text in (*texts, *map(_text, values)) if text]
    x0, _, x1, _ = extent(left)
    return (
        len(labels) >= _FEWEST_OTHERS
        and x1 - x0 <= _WIDEST_LABEL * height
        and any(character.isupper() for character in first)
        and all(character.isupper() or not character.isalpha() for character in first)
    )


def _stand_beside(labels: Sequence[Sequence[Piece]], values: Sequence[Sequence[Piece]]) -> bool:
    """Whether most labels have a value in their row. A value may go on in rows without a label."""
    held = [any(value[0].y0 < label[0].middle < value[0].y1 for value in values) for label in labels]
    return sum(held) >= _BESIDE * len(labels)


def _text(row: Sequence[Piece]) -> str:
    return row[-1].span.text if row[-1].span else ""
