"""The words of a line with their places, for formats that give the box of each word.

A word ends at white space. Chinese and Japanese write none between words, so each of their characters is a word of its
own, as in the word boxes of `POST /ocr`.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from models.characters import CharacterQuad, character_quads
from models.document import TextLine
from models.languages.scripts import Script, detect_script
from models.layout.joining import is_spaceless
from server.export.files.text_layer import DESCENT, EM_UNITS, is_wide
from server.export.line_box import LineBox, Point, line_box
from server.export.text import NOT_ALLOWED

Bounds = tuple[int, int, int, int]
"""Left, top, right and bottom of an upright box, in pixels of the page's picture."""

UPRIGHT_DEGREES = 45.0
"""A line that leans by no more than this runs from left to right."""
LANGUAGES: Mapping[Script, str] = {"kana": "ja", "hangul": "ko", "thai": "th", "greek": "el", "han": "zh"}
"""The language of a script, as a tag of BCP 47. Scripts of many languages are not in it."""
_ROUNDING = 1e-3


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """One word of a line.

    Attributes:
        text: its characters. None of them is white space or forbidden in XML.
        bounds: its box, inside the page.
        confidence: mean probability of its characters, 0..1.
        after_space: whether white space stands between it and the word before.
    """

    text: str
    bounds: Bounds
    confidence: float
    after_space: bool


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line that has words.

    Attributes:
        words: in the order in which they are read.
        bounds: its box, inside the page.
        corners: the corners of its quadrilateral, clockwise.
        box: the same in the direction of reading.
        stands: whether upright characters stand one below the other.
        right_to_left: whether its script is written from right to left.
    """

    words: tuple[PlacedWord, ...]
    bounds: Bounds
    corners: tuple[Point, ...]
    box: LineBox
    stands: bool
    right_to_left: bool

    @property
    def text(self) -> str:
        """The text, with one space where there was white space."""
        return "".join(f" {word.text}" if word.after_space else word.text for word in self.words)

    @property
    def baseline(self) -> tuple[Point, Point]:
        """The points where the line of writing begins and ends. A fifth of the box's height is taken to lie below it.

        The searchable PDF takes the same share. It means little where characters stand one below the other.
        """
        box, share = self.box, -DESCENT / EM_UNITS
        up = (box.top[0] - box.start[0]) * share, (box.top[1] - box.start[1]) * share
        return (box.start[0] + up[0], box.start[1] + up[1]), (box.end[0] + up[0], box.end[1] + up[1])


def placed_lines(lines: Iterable[TextLine], size: tuple[int, int]) -> list[PlacedLine]:
    """The lines that have words.

    Args:
        lines: of the page, in reading order.
        size: width and height of the page's picture, in pixels.
    """
    found = (_placed(line, (0, 0, *size)) for line in lines)
    return [line for line in found if line is not None]


def bounds_of(parts: Iterable[Bounds]) -> Bounds:
    """The smallest box around others. There must be one at least."""
    left, top, right, bottom = zip(*parts, strict=True)
    return min(left), min(top), max(right), max(bottom)


def language_of(lines: Iterable[PlacedLine], page_script: Script) -> str | None:
    """The language of lines as a tag of BCP 47, where their script tells it; None elsewhere.

    Args:
        lines: of one block.
        page_script: the script of the whole page. Chinese characters alone, on a page with kana, are Japanese.
    """
    script = detect_script("".join(line.text for line in lines))
    if script == "han" and page_script in ("kana", "hangul"):
        script = page_script
    return LANGUAGES.get(script)


def _placed(line: TextLine, page: Bounds) -> PlacedLine | None:
    corners = tuple((float(x), float(y)) for x, y in line.quad)
    bounds = _bounds(corners, page)
    words = tuple(_words(line, bounds))
    if not words:
        return None
    text = "".join(word.text for word in words)
    box = line_box(line)
    stands = UPRIGHT_DEGREES < box.angle < 180 - UPRIGHT_DEGREES and 2 * sum(map(is_spaceless, text)) > len(text)
    return PlacedLine(words, bounds, corners, box, stands, _right_to_left(text))


def _words(line: TextLine, inside: Bounds) -> Iterator[PlacedWord]:
    quads = character_quads(line if len(line.char_positions) == len(line.text) else _evenly_spaced(line))
    scores = line.char_scores if len(line.char_scores) == len(line.text) else (line.score,) * len(line.text)
    for indices, after_space in _word_indices(line.text):
        corners = [corner for index in indices for corner in _corners(quads[index])]
        confidence = sum(scores[index] for index in indices) / len(indices)
        text = "".join(line.text[index] for index in indices)
        yield PlacedWord(text, _bounds(corners, inside), min(1.0, max(0.0, confidence)), after_space)


def _word_indices(text: str) -> Iterator[tuple[list[int], bool]]:
    """The indices of each word's characters, and whether white space stands before the word."""
    word: list[int] = []
    space, after_space, alone = False, False, False
    for index, character in enumerate(text):
        if NOT_ALLOWED.match(character):
            continue
        if character.isspace():
            space = True
            continue
        joins = bool(word) and not space
        # A mark belongs to the character before it.
        if joins and (unicodedata.category(character).startswith("M") or not (alone or _is_alone(character))):
            word.append(index)
            continue
        if word:
            yield word, after_space
        word, after_space, space, alone = [index], space and bool(word), False, _is_alone(character)
    if word:
        yield word, after_space


def _is_alone(character: str) -> bool:
    """Whether a character is a word of its own. Thai has no spaces either, but its signs do not stand alone."""
    return is_spaceless(character) and not "\u0e00" <= character <= "\u0e7f"


def _evenly_spaced(line: TextLine) -> TextLine:
    """The line, with places for characters whose places are not known: each has its share, a wide one twice as much."""
    widths = [2 if is_wide(character) else 1 for character in line.text]
    ends = list(accumulate(widths))
    centres = [(end - width / 2) / ends[-1] for end, width in zip(ends, widths, strict=True)]
    if _right_to_left(line.text):
        centres = [1 - centre for centre in centres]
    return replace(line, char_positions=tuple(centres))


def _right_to_left(text: str) -> bool:
    """Whether the first character with a direction is of a script that is written from right to left (UAX 9)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), False)


def _corners(quad: CharacterQuad) -> list[Point]:
    return list(zip(quad[::2], quad[1::2], strict=True))


def _bounds(corners: Sequence[Point], inside: Bounds) -> Bounds:
    """The smallest box of whole pixels around points, as far as it lies inside another one."""
    xs, ys = zip(*corners, strict=True)
    left, right = _side(xs, inside[0], inside[2])
    top, bottom = _side(ys, inside[1], inside[3])
    return left, top, right, bottom


def _side(values: Sequence[float], least: int, most: int) -> tuple[int, int]:
    low, high = math.floor(min(values) + _ROUNDING), math.ceil(max(values) - _ROUNDING)
    return min(max(low, least), most), min(max(high, least), most)
