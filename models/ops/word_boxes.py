"""Word boxes: groups a line's characters into words, and places them along its quad by their CTC time steps.

The rules are the reference's, with their truncations, so the boxes equal the reference's to the pixel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from models.document import VERTICAL_RATIO, Direction, Quad, Word
from models.ops.ctc import DecodedLine

Kind = Literal["cjk", "alphanumeric", "symbol"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CharacterGroup:
    """Neighbouring characters of one kind.

    Attributes:
        text: the characters.
        columns: time step of each character.
        kind: each character of a ``cjk`` group has a box; other groups have one box.
    """

    text: str
    columns: tuple[int, ...]
    kind: Kind


def split_words(line: DecodedLine) -> tuple[CharacterGroup, ...]:
    """Cut a line where the kind of character changes.

    A hyphen after a letter or digit stays inside the word. So does a full stop between a letter or digit and a digit.
    """
    return tuple(
        CharacterGroup(line.text[start:end], line.columns[start:end], kind) for start, end, kind in _groups(line.text)
    )


def split_text(text: str) -> tuple[str, ...]:
    """The words of a text whose characters have no time steps: each CJK character, and each group of others."""
    groups = ((text[start:end], kind) for start, end, kind in _groups(text))
    return tuple(word for group, kind in groups for word in (group if kind == "cjk" else (group,)))


def _groups(text: str) -> Iterator[tuple[int, int, Kind]]:
    """First index, end and kind of each run of characters of one kind."""
    kinds: list[Kind] = []
    for index, character in enumerate(text):
        previous = kinds[-1] if kinds else None
        kinds.append(_kind(character, previous, text[index + 1 : index + 2]))
    cuts = [0, *(i for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]), len(kinds)]
    return ((start, end, kinds[start]) for start, end in pairwise(cuts) if start < end)


def word_boxes(
    line: DecodedLine, quad: Quad, width_ratio: float, direction: Direction | None = None
) -> tuple[Word, ...]:
    """Locate the words of a line in its page.

    Args:
        line: the decoded line.
        quad: int32 (4, 2), the detection that the line was read from.
        width_ratio: share of the time steps that hold the line and not its padding: its own width/height divided by
            the width/height that its batch was padded to.
        direction: the way that the text runs; None if the quad's shape tells it, as in the reference.

    Returns:
        Texts in reading order. Each is paired with the box that has the same index in positional order, as in the
        reference. The two orders differ only in lines that mix CJK with other characters.
    """
    groups = split_words(line)
    if not groups:
        return ()
    axis = _Axis.of(quad, line.steps * width_ratio, direction)
    others = [axis.span_of_columns(group) for group in groups if group.kind != "cjk"]
    # Sorting by the sum of a span's ends sorts by its middle.
    spans = sorted((*others, *_cjk_spans(groups, axis, len(line.text))), key=sum)
    return tuple(Word(text, axis.box(span)) for text, span in zip(_texts(groups), spans, strict=True))


@dataclass(frozen=True, slots=True)
class _Axis:
    """The axis that a line runs along.

    Attributes:
        start: first pixel of the line.
        length: in pixels.
        cell: pixels of a time step.
        across: extent across the axis.
        vertical: whether the axis is vertical.
        backwards: whether the text runs from the axis's end to its start.
    """

    start: int
    length: int
    cell: float
    across: Span
    vertical: bool
    backwards: bool

    @classmethod
    def of(cls, quad: Quad, steps: float, direction: Direction | None) -> "_Axis":
        width, height = np.ptp(quad.astype(np.int64), axis=0).tolist()
        (left, top), (right, _), (_, bottom), _ = quad.tolist()
        backwards = direction in ("left", "up")
        if direction in ("down", "up") or (direction is None and height > VERTICAL_RATIO * width):
            return cls(top, bottom - top, (bottom - top) / steps, (left, right), vertical=True, backwards=backwards)
        return cls(left, right - left, (right - left) / steps, (top, bottom), vertical=False, backwards=backwards)

    def span_of_columns(self, group: CharacterGroup) -> Span:
        first, last = group.columns[0], group.columns[-1]
        return self.start + int(first * self.cell), self.start + int((last + 1) * self.cell)

    def box(self, span: Span) -> tuple[int, int, int, int]:
        if self.backwards:
            ends = 2 * self.start + self.length
            span = (ends - span[1], ends - span[0])
        xs, ys = (self.across, span) if self.vertical else (span, self.across)
        return min(xs), min(ys), max(xs), max(ys)


def _kind(character: str, previous: Kind | None, following: str) -> Kind:
    if "\u4e00" <= character <= "\u9fff":
        return "cjk"
    if _is_latin_or_digit(character):
        return "alphanumeric"
    joins = character == "-" or (character == "." and following.isascii() and following.isdigit())
    return "alphanumeric" if previous == "alphanumeric" and joins else "symbol"


def _is_latin_or_digit(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _cjk_spans(groups: tuple[CharacterGroup, ...], axis: _Axis, characters: int) -> list[Span]:
    """The spans of all CJK characters. All have the same size: the mean pitch of groups with several characters."""
    cjk = [group.columns for group in groups if group.kind == "cjk"]
    pitches = [(each[-1] - each[0] + 1) * axis.cell / (len(each) - 1) for each in cjk if len(each) > 1]
    size = float(np.mean(pitches)) if pitches else axis.length / characters
    spans = []
    for column in (column for each in cjk for column in each):
        centre = (column + 0.5) * axis.cell
        first, last = max(int(centre - size / 2), 0), min(int(centre + size / 2), axis.length)
        spans.append((axis.start + first, axis.start + last))
    return spans


def _texts(groups: tuple[CharacterGroup, ...]) -> list[str]:
    return [text for group in groups for text in (group.text if group.kind == "cjk" else (group.text,))]
