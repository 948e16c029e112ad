"""The reading aids: what a pipeline does beyond the reference for text that the reference reads badly or not at all."""

from dataclasses import dataclass
from typing import Literal

WarningCode = Literal[
    "fonts_missing",
    "large_letters",
    "line_cut",
    "line_leans",
    "line_squeezed",
    "line_turned",
    "low_confidence",
    "no_text_layer",
    "page_tiled",
    "page_turned",
    "picture_too_small",
    "text_at_edge",
    "text_layer_doubtful",
    "text_layer_ignored",
]
"""Stable codes of warnings. ``line_...`` and ``text_at_edge`` belong to a line, the others to a whole page.

- ``fonts_missing``: text of the document's page could not be drawn, because its fonts are not there.
- ``large_letters``: the page has very large letters, which were looked for at a smaller scale.
- ``line_cut``: the line is too long for the recogniser. It was read in parts, which were joined.
- ``line_leans``: the box of a vertical line leans so far that the reference takes its corners in the wrong order.
- ``line_squeezed``: the line is too long for the recogniser, and was squeezed until it fitted. No aid was on.
- ``line_turned``: the line was read in another direction than its box suggests.
- ``page_tiled``: the page is so long that its text was looked for in overlapping tiles.
- ``page_turned``: most lines stand on end or upside down, and the page was read upright.
- ``text_at_edge``: the line touches the edge of the page and may be cut off. The aid for the edge tells it.
- ``low_confidence``: the line's score is low.
- ``no_text_layer``: the document's page has no text of its own that can be trusted, and no other text was wanted.
- ``text_layer_doubtful``: the document's page has text of its own that cannot be trusted, and its picture was read.
- ``text_layer_ignored``: the document's page has text of its own, and its picture was read instead.
- ``picture_too_small``: most lines of the page are so low that their letters blur.
"""


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """Something about a page that its reader should know.

    Attributes:
        code: what it is.
        page: 0-based position of the page in its document.
        line: index of the line in `PageResult.lines`; None if it is about the whole page.
    """

    code: WarningCode
    page: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingAids:
    """The switches of one pipeline. With all of them off, it answers what the reference answers.

    Attributes:
        order_leaning_boxes: the corners of leaning vertical boxes are ordered by the direction of their text.
        split_long_lines: lines that are too long for the recogniser are read in overlapping windows.
        read_both_ways: lines in boxes higher than wide that were read badly are read in the other directions too.
        tiles: text on very long pages is looked for in overlapping tiles.
        edge_margin: small pictures whose text touches the edge are read with a margin.
        turned_page: a page that is clearly turned is rotated before it is read. Places are the given page's.
        large_letters: very large letters are looked for at a smaller scale.
        side_text: high boxes beside several rows, such as remarks in the margin, stand behind these rows.
        missing_spaces: a wide gap between two characters that were read without a space becomes a space.
    """

    order_leaning_boxes: bool = False
    split_long_lines: bool = False
    read_both_ways: bool = False
    tiles: bool = False
    edge_margin: bool = False
    turned_page: bool = False
    large_letters: bool = False
    side_text: bool = False
    missing_spaces: bool = False


NO_AIDS = ReadingAids()
"""Every aid is off."""
