"""Puts the characters of a PDF page together to lines. Runs in a worker only.

PDFium knows the order of the characters, and where spaces belong. Geometry decides what is one line: a baseline, and no
gap that is wider than between words. So the cells of a table and the columns of a page are lines of their own, as they
are for the detector.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.decode.formats.pdf_characters import Characters, Floats, Numbers, TextObject
from server.decode.page_layer import LayerLine

WIDEST_GAP = 1.5
"""Times the size of the font: a wider gap ends a line."""
BASELINE = 0.5
"""Times the size of the font: a lower or higher character is in another line. Superscripts stay."""
LARGER = 1.5
"""Times: a word in a font that is so much larger is a line of its own, or the box of its line would cover others."""
STRAIGHT_DEGREES = 2.0
"""Text that leans less stands upright, or on end."""
ASCENT, DESCENT = 0.4, 0.35
"""Times the size of the font: how far a line's box may reach over the ink of its glyphs, where the font says so."""

HYPHEN = 2
"""PDFium's code of a hyphen at the end of a line."""
SOFT_HYPHEN = 0xAD
PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
BULLETS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "▸", 0xF0FC: "✓", 0xF076: "❖", 0xF0A8: "◻"}
"""Marks of Symbol and Wingdings, as office software writes them."""
PRESENTATION_FORMS = ((0xFB00, 0xFDFF), (0xFE70, 0xFEFE))
"""Ligatures, and letters in the shape that they have within a word."""

_EVEN = np.arange(4) * 90.0
_DIRECTIONS: tuple[Literal["right", "down", "left", "up"], ...] = ("right", "down", "left", "up")


@dataclass(frozen=True, slots=True)
class PlacedCharacters:
    """Characters in the picture of their page.

    Attributes:
        texts: what a reader would copy, by character; empty for what has no text. None for a line's end.
        unknown: (N,) whether nobody knows what character the glyph is.
        ends: (N,) whether it is the end of a line.
        blank: (N,) whether it is a space.
        leftward: (N,) whether its line has text that runs to the left, such as Arabic.
        ink: (N, 4) left, top, right, bottom of the glyph's ink, in pixels.
        cells: (N, 4) the same of its cell.
        owners: (N,) as in `Characters`.
        objects: the text objects, each in the picture.
    """

    texts: Sequence[str | None]
    unknown: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    leftward: NDArray[np.bool_]
    ink: Floats
    cells: Floats
    owners: Numbers
    objects: tuple["PlacedObject", ...]


@dataclass(frozen=True, slots=True)
class PlacedObject:
    """A text object in the picture of its page.

    Attributes:
        degrees: the direction of its text, clockwise from the right; a multiple of 90 where it is nearly one.
        size: of its font, in pixels.
        origin: x, y of its first character's origin.
        font: address of its font.
        upright: whether its cells are known.
    """

    degrees: float
    size: float
    origin: tuple[float, float]
    font: int
    upright: bool


def placed(characters: Characters, matrix: Floats) -> PlacedCharacters:
    """Map characters to the picture of their page.

    Args:
        characters: of the page.
        matrix: (2, 3) from user space to pixels.
    """
    known, numbers = np.unique(characters.codes, return_inverse=True)
    known_texts = [_text(int(code)) for code in known]
    texts = [known_texts[number] for number in numbers.tolist()]
    unknown = np.array([_is_unknown(int(code), text) for code, text in zip(known, known_texts, strict=True)])[numbers]
    ends = np.array([text is None for text in known_texts])[numbers]
    blank = np.array([bool(text) and text.isspace() for text in known_texts], np.bool_)[numbers]  # type: ignore[union-attr]
    unknown = (characters.unmapped | unknown) & (characters.owners >= 0)
    objects = tuple(_placed_object(each, matrix) for each in characters.objects)
    vertical = _written_down(characters, objects)
    if vertical:
        objects = tuple(
            PlacedObject((each.degrees + 90) % 360, each.size, each.origin, each.font, upright=False)
            if number in vertical
            else each
            for number, each in enumerate(objects)
        )
    ink = _boxes(characters.tight, matrix)
    cells = _boxes(characters.loose, matrix)
    to_left = np.array([_runs_left(text) for text in known_texts])[numbers]
    rows = np.cumsum(ends)
    leftward = np.isin(rows, rows[to_left])
    return PlacedCharacters(texts, unknown, ends, blank, leftward, ink, cells, characters.owners, objects)


def _is_unknown(code: int, text: str | None) -> bool:
    """Whether nobody but the font knows what a code point means."""
    private = any(first <= code <= last for first, last in PRIVATE) and code not in BULLETS
    return text == "" or private or code in (0xFFFD, 0xFFFE, 0xFFFF)


def _text(code: int) -> str | None:
    """The text of a code point as a reader would copy it; None for the end of a line."""
    if code in (0x0A, 0x0D):
        return None
    if code in (HYPHEN, SOFT_HYPHEN):
        return "-"
    if code in BULLETS:
        return BULLETS[code]
    character = chr(code) if code <= 0x10FFFF else ""
    if any(first <= code <= last for first, last in PRESENTATION_FORMS):
        return unicodedata.normalize("NFKC", character)
    if character.isspace():
        return " "
    return "" if not character or unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs") else character


def _runs_left(text: str | None) -> bool:
    return bool(text) and any(unicodedata.bidirectional(each) in ("R", "AL") for each in text or "")


def _placed_object(each: TextObject, matrix: Floats) -> PlacedObject:
    a, b, c, d = each.matrix
    linear = matrix[:, :2]
    along, up = linear @ (a, b), linear @ (c, d)
    degrees = math.degrees(math.atan2(along[1], along[0])) % 360
    nearest = round(degrees / 90) * 90.0
    x, y = linear @ each.origin + matrix[:, 2]
    return PlacedObject(
        nearest % 360 if abs(degrees - nearest) <= STRAIGHT_DEGREES else float(round(degrees)),
        max(1e-3, abs(each.size) * math.hypot(*up)),
        (float(x), float(y)),
        each.font,
        upright=abs(b) < 1e-6 and abs(c) < 1e-6 and a > 0 and d > 0,
    )


def _boxes(corners: Floats, matrix: Floats) -> Floats:
    """(N, 4) left, top, right, bottom in pixels of boxes in user space."""
    first = corners[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    second = corners[:, 2:] @ matrix[:, :2].T + matrix[:, 2]
    return np.hstack((np.minimum(first, second), np.maximum(first, second)))


def _written_down(characters: Characters, objects: Sequence[PlacedObject]) -> set[int]:
    """The objects whose characters stand below each other, as in vertical writing."""
    found = set()
    shown = np.flatnonzero(characters.owners >= 0)
    owners = characters.owners[shown]
    middles = (characters.tight[shown, :2] + characters.tight[shown, 2:]) / 2
    starts = np.flatnonzero(np.diff(owners, prepend=-2))
    ends = np.append(starts[1:], len(owners)) - 1
    for first, last in zip(starts, ends, strict=True):
        if last == first:
            continue
        number = int(owners[first])
        a, b, c, d = characters.objects[number].matrix
        step = middles[last] - middles[first]
        along, down = abs(step @ (a, b)) * math.hypot(c, d), abs(step @ (c, d)) * math.hypot(a, b)
        if down > 2 * along and down > 0 and objects[number].size > 0:
            found.add(number)
    return found


def make_lines(page: PlacedCharacters, shown: NDArray[np.bool_], fonts: dict[int, int]) -> Iterator[LayerLine]:
    """Make the lines of a page.

    Args:
        page: its characters.
        shown: (N,) whether one sees the character.
        fonts: the number of each font by its address.
    """
    lines = _Lines(page)
    numbers = np.array([fonts[each.font] for each in page.objects], np.int64)
    for members in lines.rows(shown):
        for part in lines.parts(members):
            line = lines.line(part, numbers)
            if line is not None:
                yield line


class _Lines:
    """The lines of one page. Arrays by character are in frames in which all text runs to the right."""

    def __init__(self, page: PlacedCharacters) -> None:
        self._page = page
        owners = page.owners
        degrees = np.array([each.degrees for each in page.objects] or [0.0])[owners]
        self._degrees = degrees
        self._size = np.array([each.size for each in page.objects] or [1.0])[owners]
        self._upright = np.array([each.upright for each in page.objects] or [True])[owners]
        origins = np.array([each.origin for each in page.objects] or [(0.0, 0.0)])[owners]
        turns = np.radians(degrees)
        self._cos, self._sin = np.cos(turns), np.sin(turns)
        self._base = origins[:, 1] * self._cos - origins[:, 0] * self._sin
        ink = self._framed(page.ink)
        cells = np.where(
            (self._upright & (page.cells[:, 2] > page.cells[:, 0]))[:, None], self._framed(page.cells), ink
        )
        self._ink, self._cells = ink, cells
        leaning = degrees % 90 != 0
        if leaning.any():
            middle = (ink[:, 0] + ink[:, 2]) / 2
            self._cells = cells.copy()
            self._cells[leaning, 0] = (middle - 0.3 * self._size)[leaning]
            self._cells[leaning, 2] = (middle + 0.3 * self._size)[leaning]
            self._ink = self._cells.copy()
            self._ink[leaning, 1] = (self._base - 0.75 * self._size)[leaning]
            self._ink[leaning, 3] = (self._base + 0.2 * self._size)[leaning]
        self._spaces = np.cumsum(page.blank)
        self._leftward = page.leftward

    def _framed(self, boxes: Floats) -> Floats:
        """Boxes in the frames of their text. The boxes of leaning text grow."""
        middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        half_x, half_y = (boxes[:, 2] - boxes[:, 0]) / 2, (boxes[:, 3] - boxes[:, 1]) / 2
        along, across = middle_x * self._cos + middle_y * self._sin, middle_y * self._cos - middle_x * self._sin
        wide = half_x * np.abs(self._cos) + half_y * np.abs(self._sin)
        high = half_x * np.abs(self._sin) + half_y * np.abs(self._cos)
        return np.column_stack((along - wide, across - high, along + wide, across + high))

    def rows(self, shown: NDArray[np.bool_]) -> Iterator[Numbers]:
        """The characters of each row of text, without spaces, in the file's order."""
        page = self._page
        members = np.flatnonzero(shown & ~page.blank & ~page.ends & (page.owners >= 0))
        if not len(members):
            return
        line_number = np.cumsum(page.ends)[members]
        size = np.maximum(self._size[members][1:], self._size[members][:-1])
        cut = np.diff(line_number) != 0
        cut |= self._degrees[members][1:] != self._degrees[members][:-1]
        cut |= np.abs(np.diff(self._base[members])) > BASELINE * size
        # Text that begins anew further left is another one, unless it runs to the left.
        start = self._cells[members, 0]
        cut |= (np.diff(start) < -size) & ~self._leftward[members][1:] & ~self._leftward[members][:-1]
        least = np.minimum(self._size[members][1:], self._size[members][:-1])
        cut |= (size > LARGER * least) & (np.diff(self._spaces[members]) > 0)
        yield from np.split(members, np.flatnonzero(cut) + 1)

    def parts(self, row: Numbers) -> Iterator[Numbers]:
        """The parts of a row between wide gaps, from left to right, each in the file's order."""
        order = row[np.argsort(self._cells[row, 0], kind="stable")]
        reach = np.maximum.accumulate(self._cells[order, 2])
        gaps = self._cells[order, 0][1:] - reach[:-1]
        wide = gaps > WIDEST_GAP * np.maximum(self._size[order][1:], self._size[order][:-1])
        if not wide.any():
            yield row
            return
        for part in np.split(order, np.flatnonzero(wide) + 1):
            yield np.sort(part)

    def line(self, part: Numbers, fonts: Numbers) -> LayerLine | None:
        """Make a line; None if it has no area."""
        page = self._page
        ink, cells = self._ink[part], self._cells[part]
        start, end = float(min(cells[:, 0].min(), ink[:, 0].min())), float(max(cells[:, 2].max(), ink[:, 2].max()))
        if not end > start:
            return None
        top, bottom = self._height(part, ink, cells)
        middles = ((cells[:, 0] + cells[:, 2]) / 2 - start) / (end - start)
        degrees = float(self._degrees[part[0]])
        quad, direction, from_the_end = self._place(degrees, (start, top, end, bottom))
        middles = np.clip(1 - middles if from_the_end else middles, 0, 1)
        spaces = np.diff(self._spaces[part], prepend=self._spaces[part[0]]) > 0
        texts: list[str] = []
        places: list[float] = []
        runs: list[int] = []
        columns = (part.tolist(), np.round(middles, 4).tolist(), fonts[page.owners[part]].tolist(), spaces.tolist())
        for index, place, font, space in zip(*columns, strict=True):
            if space:
                texts.append(" ")
                places.append(round((places[-1] + place) / 2, 4))
                runs.append(runs[-1])
            text = page.texts[index] or ""
            texts.append(text)
            places += [place] * len(text)
            runs += [font] * len(text)
        lengths = tuple((font, len(list(run))) for font, run in groupby(runs))
        return LayerLine("".join(texts), quad, tuple(places), lengths, direction)

    def _height(self, part: Numbers, ink: Floats, cells: Floats) -> tuple[float, float]:
        """The top and the bottom of a line: those of its cells, unless the font says nonsense."""
        size = float(self._size[part].max())
        top, bottom = float(ink[:, 1].min()), float(ink[:, 3].max())
        if not self._upright[part].all() or self._degrees[part[0]] % 90:
            more = max(0.0, size - (bottom - top)) / 2
            return top - more, bottom + more
        return (
            max(min(float(cells[:, 1].min()), top), top - ASCENT * size),
            min(max(float(cells[:, 3].max()), bottom), bottom + DESCENT * size),
        )

    @staticmethod
    def _place(
        degrees: float, box: tuple[float, float, float, float]
    ) -> tuple[
        tuple[float, float, float, float, float, float, float, float], Literal["right", "down", "left", "up"], bool
    ]:
        """The quad of a box in its frame, the direction of its text, and whether places count from its end.

        The quad begins with the corner that is at the top left on the page.
        """
        left, top, right, bottom = box
        turn = math.radians(degrees)
        cos, sin = math.cos(turn), math.sin(turn)
        corners = [
            (x * cos - y * sin, x * sin + y * cos)
            for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
        ]
        quarter = int(np.argmin(np.abs((degrees - _EVEN + 180) % 360 - 180)))
        # Turned by a quarter clockwise, the line's end at the bottom left is the page's corner at the top left.
        first = (4 - quarter) % 4
        corners = corners[first:] + corners[:first]
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = ((round(x, 2), round(y, 2)) for x, y in corners)
        return (x0, y0, x1, y1, x2, y2, x3, y3), _DIRECTIONS[quarter], quarter in (2, 3)
