"""Puts spaces between characters where the picture has a wide gap and the recogniser read none.

The recognisers often leave out the space behind a colon or a unit, and the one before a number: ``TEL:03-402``. The
picture shows it as a gap that is much wider than the other gaps of its line. The limits were chosen on half A of the
settings study (`benchmarks/presets.py`). There, F1 changes by at most 0.1 points if one of them changes by a tenth.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image
from models.ops.crop import LineRegion, cut_line
from models.ops.ctc import DecodedLine
from models.stages.recognition import ReadLine

WIDE = 0.3
"""The least width of a space, in heights of the line."""

WIDE_BETWEEN_LETTERS = 0.35
"""The same between two letters: a word that falls apart is worse than two that stay together."""

WIDE_BETWEEN_DIGITS = 0.4
"""The same between two digits, because a narrow 1 stands in a wide place."""

TIMES_USUAL = 3.0
"""A space is at least so many times as wide as the usual gap of its line, so that s p a c e d letters stay together."""

SHARE_OF_SPACES = 0.8
"""A space is at least this share of the usual space that was read in its line, if there is one."""

_EDGE = 0.12
"""The share of the crop's height at its top and at its bottom in which ink is a neighbouring line's."""

_LEAST_INK = 0.02
"""A column is blank if no more than this share of its pixels is ink."""

_NEVER_BEHIND_SPACE = frozenset(",.;:!?)]}%'\"")
_SPACED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")


def with_missing_spaces(image: Image, region: LineRegion, read: ReadLine) -> ReadLine:
    """Return a line with a space in each wide gap of its picture, or the line itself.

    Args:
        image: uint8 (H, W, 3) BGR, the page that the line was cut from.
        region: the line's place, as it was cut.
        read: what was read there.

    Returns:
        The score of the line is unchanged. A new space has the lower score of its two neighbours.
    """
    line = read.decoded
    height, width = region.crop_size
    places = (np.array(line.columns) + 0.5) * (width / (line.steps * read.width_ratio))
    far = np.diff(places) >= WIDE * height
    if not any(far[number] and _may_part(*line.text[number : number + 2]) for number in range(len(far))):
        return read
    gaps = _gaps(_ink(cut_line(image, region)), line.text, places) / height
    wide = _wide_gaps(line.text, gaps)
    return replace(read, decoded=_with_spaces(line, wide)) if wide else read


def _gaps(ink: NDArray[np.bool_], text: str, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The blank columns between each character and the next one, in pixels; a space has no width of its own.

    Gap n is behind character n. Where that is a space, it is the whole gap between the words.
    """
    befores = [number - (text[number] == " " and number > 0) for number in range(len(text) - 1)]
    return np.array([_gap(ink, places[before], places[number + 1]) for number, before in enumerate(befores)], float)


def _wide_gaps(text: str, gaps: NDArray[np.float64]) -> list[int]:
    """The numbers of the gaps that are spaces, in heights of the line."""
    pairs = [text[number : number + 2] for number in range(len(gaps))]
    inside = [gap for pair, gap in zip(pairs, gaps, strict=True) if " " not in pair]
    spaces = [gap for pair, gap in zip(pairs, gaps, strict=True) if pair[0] == " "]
    usual = TIMES_USUAL * float(np.median(inside)) if inside else 0.0
    space = SHARE_OF_SPACES * float(np.median(spaces)) if spaces else 0.0
    return [
        number
        for number, (pair, gap) in enumerate(zip(pairs, gaps, strict=True))
        if _may_part(*pair) and gap >= max(_least(pair), usual, space)
    ]


def _least(pair: str) -> float:
    """The least width of a space between two characters, in heights of the line."""
    if pair.isdigit():
        return WIDE_BETWEEN_DIGITS
    return WIDE_BETWEEN_LETTERS if pair.isalpha() else WIDE


def _may_part(left: str, right: str) -> bool:
    """Whether a space may stand between two characters that were read without one."""
    return _is_spaced(left) and _is_spaced(right) and right not in _NEVER_BEHIND_SPACE


def _is_spaced(character: str) -> bool:
    """Whether a character belongs to a script whose words are parted by spaces."""
    if character.isascii():
        return not character.isspace()
    return unicodedata.name(character, "").startswith(_SPACED_SCRIPTS)


def _ink(crop: Image) -> NDArray[np.bool_]:
    """Whether each column of a crop has ink. Ink is what is rarer: dark on light, or light on dark."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    _, levels = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = levels == 0
    if 2 * np.count_nonzero(dark) > dark.size:
        dark = ~dark
    height = len(grey)
    inner = dark[int(_EDGE * height) : max(1, int((1 - _EDGE) * height))]
    columns: NDArray[np.bool_] = inner.sum(axis=0) > _LEAST_INK * height
    return columns


def _gap(ink: NDArray[np.bool_], start: float, end: float) -> int:
    """The longest run of blank columns between the centres of two characters, in pixels."""
    first, last = int(start), int(end)
    stops = np.flatnonzero(ink[first : last + 1])
    bounds = np.concatenate(([-1], stops, [last + 1 - first]))
    return int(np.diff(bounds).max()) - 1


def _with_spaces(line: DecodedLine, gaps: Sequence[int]) -> DecodedLine:
    text, scores, columns = list(line.text), list(line.char_scores), list(line.columns)
    for number in reversed(gaps):
        text.insert(number + 1, " ")
        scores.insert(number + 1, min(scores[number : number + 2]))
        columns.insert(number + 1, sum(columns[number : number + 2]) // 2)
    return replace(line, text="".join(text), char_scores=tuple(scores), columns=tuple(columns))
