"""Reads lines that are too long for the recogniser in overlapping windows, and joins what was read.

The recogniser takes lines of up to `MAX_LINE_WIDTH`. The reference squeezes longer ones until they fit, so that their
letters become narrow. A window instead keeps the shape of the letters. Two neighbours share some characters, and the
texts are joined in the middle of those that both have read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from models.ops.crop import LineRegion
from models.ops.ctc import DecodedLine
from models.ops.resize import MAX_LINE_WIDTH
from models.stages.recognition import ReadLine

WINDOW = 33.0
"""The greatest length of a window, in heights of the line. The recogniser's greatest is twice as long."""

OVERLAP = 4.0
"""The length that neighbours share, in heights of the line: about eight Latin letters, or four Chinese characters."""

_SAME_PLACE = 0.5
"""Characters that two windows read are the same if their places differ by less than this, in heights of the line."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a line.

    Attributes:
        region: its place on the page.
        start: its first point along the line in the direction of reading, as a fraction of the line's length.
        end: its last point.
    """

    region: LineRegion
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True)
class _Character:
    """A character that was read, with its score and its place along the whole line in 0..1."""

    text: str
    score: float
    place: float


def is_too_long(region: LineRegion, line_height: int) -> bool:
    """Whether the recogniser, whose lines are ``line_height`` pixels high, cannot take a line as it is."""
    height, width = region.crop_size
    return line_height * width > MAX_LINE_WIDTH * height


def windows(region: LineRegion) -> list[Window]:
    """Cut a line into overlapping windows of equal length, in the direction of reading."""
    height, width = region.crop_size
    overlap = round(OVERLAP * height)
    count = max(2, int(np.ceil((width - overlap) / (WINDOW * height - overlap))))
    length = int(np.ceil((width + (count - 1) * overlap) / count))
    starts = np.linspace(0, width - length, count).round().astype(int).tolist()
    return [Window(_part(region, start, length), start / width, (start + length) / width) for start in starts]


def join(region: LineRegion, parts: Sequence[Window], reads: Sequence[ReadLine]) -> ReadLine:
    """Join what was read in the windows of a line.

    Returns:
        The line as if it had been read at once, with time steps as long as those of the windows.
    """
    height, width = region.crop_size
    characters = _characters(parts[0], reads[0])
    for before, part, read in zip(parts, parts[1:], reads[1:], strict=False):
        shared = (part.start, before.end)
        characters = _joined(characters, _characters(part, read), shared, _SAME_PLACE * height / width)
    first = reads[0]
    steps = round(first.decoded.steps * first.width_ratio / (parts[0].end - parts[0].start))
    scores = tuple(character.score for character in characters)
    decoded = DecodedLine(
        text="".join(character.text for character in characters),
        score=float(np.mean(scores)) if scores else 0.0,
        char_scores=scores,
        columns=tuple(min(int(character.place * steps), steps - 1) for character in characters),
        steps=steps,
    )
    return ReadLine(decoded, 1.0)


def _part(region: LineRegion, start: int, length: int) -> LineRegion:
    """A part of a line, ``start`` and ``length`` in pixels of its crop."""
    _, full = region.crop_size
    first = full - start - length if region.upside_down else start
    near, far = first / full, (first + length) / full
    top_left, top_right, bottom_right, bottom_left = region.corners.astype(np.float64)
    if region.vertical:
        left, right = bottom_left - top_left, bottom_right - top_right
        corners = [top_left + left * near, top_right + right * near, top_right + right * far, top_left + left * far]
    else:
        top, bottom = top_right - top_left, bottom_right - bottom_left
        corners = [top_left + top * near, top_left + top * far, bottom_left + bottom * far, bottom_left + bottom * near]
    width, height = (region.width, length) if region.vertical else (length, region.height)
    return LineRegion(np.asarray(corners, np.float32), width, height, region.upside_down, region.vertical)


def _characters(part: Window, read: ReadLine) -> list[_Character]:
    line = read.decoded
    length = line.steps * read.width_ratio
    places = (min((column + 0.5) / length, 1.0) for column in line.columns)
    return [
        _Character(text, score, part.start + place * (part.end - part.start))
        for text, score, place in zip(line.text, line.char_scores, places, strict=True)
    ]


def _joined(
    left: Sequence[_Character], right: Sequence[_Character], shared: tuple[float, float], near: float
) -> list[_Character]:
    """Join two neighbours at the character nearest to the middle of what they share that both have read.

    Without such a character, each gives its own side of the middle.
    """
    start, end = shared
    middle = (start + end) / 2
    first = next((number for number, each in enumerate(left) if each.place >= start - near), len(left))
    last = next((number for number, each in enumerate(right) if each.place > end + near), len(right))
    both = SequenceMatcher(
        None, [each.text for each in left[first:]], [each.text for each in right[:last]], autojunk=False
    )
    pairs = [
        (first + block.a + step, block.b + step)
        for block in both.get_matching_blocks()
        for step in range(block.size)
        if abs(left[first + block.a + step].place - right[block.b + step].place) < near
    ]
    if not pairs:
        return [each for each in left if each.place < middle] + [each for each in right if each.place >= middle]
    here, there = min(pairs, key=lambda pair: abs(left[pair[0]].place - middle))
    return [*left[: here + 1], *right[there + 1 :]]
