"""Captions: the short text that names a figure or a table beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CAPTION = re.compile(
    r"^(?:fig(?:ure|\.)?|table|tab\.|chart|plate|scheme|diagram|exhibit|abb(?:ildung|\.)|tabelle|tableau|"
    r"图表|图|圖|図|表|附图|附表)\s*[0-9０-９一二三四五六七八九十IVX]{1,4}(?:[-.][0-9]{1,3})*(?:\b|[^\w]|(?<=[^\x00-\x7f]))",
    re.IGNORECASE,
)
_NEAR = 2.5
"""The greatest distance of a caption from what it names, in heights of a line."""
_LONGEST = 4
"""A caption has at most so many lines."""
_SMALL = 1.02
"""A caption that does not begin as captions do is at most so many times as high as the usual line."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paragraph that may be a caption.

    Attributes:
        box: x0, y0, x1, y1 in the frame.
        size: median height of its lines.
        lines: number of its lines.
        text: its first line.
    """

    box: tuple[float, float, float, float]
    size: float
    lines: int
    text: str


def begins_caption(text: str) -> bool:
    """Whether a line begins as captions do: "Figure 3", "Table 2.1", "图 4"."""
    return _CAPTION.match(text) is not None


def captioned_object(
    candidate: Candidate, objects: Sequence[tuple[float, float, float, float]], height: float, *, tables: Sequence[bool]
) -> int | None:
    """The index of the figure or table that a paragraph names. If several are possible, it is the nearest one.

    Args:
        candidate: the paragraph.
        objects: boxes of the page's figures and tables.
        height: the usual height of a line.
        tables: for each of them, whether it is a table.
    """
    if candidate.lines > _LONGEST:
        return None
    named = begins_caption(candidate.text)
    best, nearest = None, _NEAR * height
    for number, (box, is_table) in enumerate(zip(objects, tables, strict=True)):
        away = _distance(candidate.box, box)
        if away is None or away > nearest:
            continue
        below = candidate.box[1] >= box[3] - height
        if named or (not is_table and below and _is_small_and_centred(candidate, box, height)):
            best, nearest = number, away
    return best


def _distance(caption: tuple[float, float, float, float], box: tuple[float, float, float, float]) -> float | None:
    """The white between them along y; None if neither is above the other."""
    shared = min(caption[2], box[2]) - max(caption[0], box[0])
    if shared < 0.5 * min(caption[2] - caption[0], box[2] - box[0]):
        return None
    return max(caption[1] - box[3], box[1] - caption[3], 0.0)


def _is_small_and_centred(candidate: Candidate, box: tuple[float, float, float, float], height: float) -> bool:
    x0, _, x1, _ = candidate.box
    centred = abs((x0 + x1) / 2 - (box[0] + box[2]) / 2) <= height
    return centred and x1 - x0 <= box[2] - box[0] and candidate.size <= _SMALL * height and candidate.lines <= 2
