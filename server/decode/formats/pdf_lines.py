"""Puts the characters of a PDF page together to lines. Runs in a worker only.

PDFium knows the order of the characters, and where spaces belong. Geometry decides what is one line: a baseline, and no
gap that is wider than between words. So the cells of a table and the columns of a page are lines of their own, as they
are for the detector.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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

Direction = Literal["right", "down", "left", "up"]
_DIRECTIONS: tuple[Direction, ...] = ("right", "down", "left", "up")


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
        owners: (N,) as in `Characters`.
        objects: the text objects, each in the picture.
    """

    texts: Sequence[str | None]
    unknown: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    leftward: NDArray[np.bool_]
    ink: Floats
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
        cell: left, top, right, bottom of its first character's cell; None if it is not known.
    """

    degrees: float
    size: float
    origin: tuple[float, float]
    font: int
    cell: tuple[float, float, float, float] | None


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
    vertical = _written_down(characters)
    if vertical:
        objects = tuple(
            replace(each, degrees=(each.degrees + 90) % 360, cell=None) if number in vertical else each
            for number, each in enumerate(objects)
        )
    ink = _boxes(characters.tight, matrix)
    to_left = np.array([_runs_left(text) for text in known_texts])[numbers]
    rows = np.cumsum(ends)
    leftward = np.isin(rows, rows[to_left])
    return PlacedCharacters(texts, unknown, ends, blank, leftward, ink, characters.owners, objects)


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
    upright = abs(b) < 1e-6 and abs(c) < 1e-6 and a > 0 and d > 0
    left, top, right, bottom = _boxes(np.array([each.cell]), matrix)[0].tolist()
    return PlacedObject(
        nearest % 360 if abs(degrees - nearest) <= STRAIGHT_DEGREES else float(round(degrees)),
        max(1e-3, abs(each.size) * math.hypot(*up)),
        (float(x), float(y)),
        each.font,
        (left, top, right, bottom) if upright and right > left and bottom > top else None,
    )


def _boxes(corners: Floats, matrix: Floats) -> Floats:
    """(N, 4) left, top, right, bottom in pixels of boxes in user space."""
    first = corners[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    second = corners[:, 2:] @ matrix[:, :2].T + matrix[:, 2]
    return np.hstack((np.minimum(first, second), np.maximum(first, second)))


def _written_down(characters: Characters) -> set[int]:
    """The objects whose characters stand below each other, as in vertical writing."""
    shown = np.flatnonzero(characters.owners >= 0)
    owners = characters.owners[shown]
    firsts = np.flatnonzero(np.diff(owners, prepend=-2))
    lasts = np.append(firsts[1:], len(owners)) - 1
    middles = (characters.tight[shown, :2] + characters.tight[shown, 2:]) / 2
    steps, numbers = middles[lasts] - middles[firsts], owners[firsts]
    a, b, c, d = np.array([each.matrix for each in characters.objects])[numbers].T
    along = np.abs(steps[:, 0] * a + steps[:, 1] * b) * np.hypot(c, d)
    down = np.abs(steps[:, 0] * c + steps[:, 1] * d) * np.hypot(a, b)
    return {int(number) for number in numbers[(down > 2 * along) & (lasts > firsts)]}


def make_lines(page: PlacedCharacters, shown: NDArray[np.bool_], fonts: dict[int, int]) -> tuple["PlacedLine", ...]:
    """Make the lines of a page.

    Args:
        page: its characters.
        shown: (N,) whether one sees the character.
        fonts: the number of each font by its address.
    """
    lines = _Lines(page)
    parts = [part for row in lines.rows(shown) for part in lines.parts(row)]
    numbers = np.array([fonts[each.font] for each in page.objects], np.int64)
    return tuple(lines.lines(parts, numbers)) if parts else ()


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line, and its characters by their numbers."""

    line: LayerLine
    characters: Numbers


class _Lines:
    """The lines of one page. Arrays by character are in frames in which all text runs to the right."""

    def __init__(self, page: PlacedCharacters) -> None:
        self._page = page
        owners = page.owners
        degrees = np.array([each.degrees for each in page.objects])
        turns = np.radians(degrees)
        cos, sin = np.cos(turns), np.sin(turns)
        origins = np.array([each.origin for each in page.objects])
        cells = _framed(np.array([each.cell or (0.0, 0.0, 0.0, 0.0) for each in page.objects]), cos, sin)
        self._degrees = degrees[owners]
        self._size = np.array([each.size for each in page.objects])[owners]
        self._base = (origins[:, 1] * cos - origins[:, 0] * sin)[owners]
        self._has_cell = np.array([each.cell is not None and each.degrees % 90 == 0 for each in page.objects])[owners]
        self._cell_top, self._cell_bottom = cells[owners, 1], cells[owners, 3]
        self._ink = _framed(page.ink, cos[owners], sin[owners])
        leaning = self._degrees % 90 != 0
        if leaning.any():
            middle = (self._ink[:, 0] + self._ink[:, 2]) / 2
            size = self._size
            guessed = (middle - 0.3 * size, self._base - 0.75 * size, middle + 0.3 * size, self._base + 0.2 * size)
            self._ink[leaning] = np.column_stack(guessed)[leaning]
        self._spaces = np.cumsum(page.blank)
        self._leftward = page.leftward

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
        start = self._ink[members, 0]
        cut |= (np.diff(start) < -size) & ~self._leftward[members][1:] & ~self._leftward[members][:-1]
        least = np.minimum(self._size[members][1:], self._size[members][:-1])
        cut |= (size > LARGER * least) & (np.diff(self._spaces[members]) > 0)
        yield from np.split(members, np.flatnonzero(cut) + 1)

    def parts(self, row: Numbers) -> Iterator[Numbers]:
        """The parts of a row between wide gaps, from left to right, each in the file's order."""
        left, right, size = self._ink[row, 0], self._ink[row, 2], self._size[row]
        if len(row) == 1 or (
            (left[1:] >= left[:-1]).all()
            and (left[1:] - right[:-1] <= WIDEST_GAP * np.maximum(size[1:], size[:-1])).all()
        ):
            yield row
            return
        order = row[np.argsort(left, kind="stable")]
        reach = np.maximum.accumulate(self._ink[order, 2])
        gaps = self._ink[order, 0][1:] - reach[:-1]
        wide = gaps > WIDEST_GAP * np.maximum(self._size[order][1:], self._size[order][:-1])
        for part in np.split(order, np.flatnonzero(wide) + 1):
            yield np.sort(part)

    def lines(self, parts: Sequence[Numbers], fonts: Numbers) -> Iterator[PlacedLine]:
        """Make the lines of parts. Those without an area are left out.

        Args:
            parts: the characters of each.
            fonts: the number of each text object's font.
        """
        page, order = self._page, np.concatenate(parts)
        lengths = np.array([len(part) for part in parts])
        starts = np.cumsum(lengths) - lengths
        left, right = np.minimum.reduceat(self._ink[order, 0], starts), np.maximum.reduceat(self._ink[order, 2], starts)
        top, bottom = self._heights(order, starts)
        placements = [
            _place(*each)
            for each in zip(
                self._degrees[order[starts]].tolist(), left.tolist(), top.tolist(), right.tolist(), bottom.tolist(),
                strict=True,
            )
        ]  # fmt: skip
        width = np.repeat(np.maximum(right - left, 1e-6), lengths)
        places = ((self._ink[order, 0] + self._ink[order, 2]) / 2 - np.repeat(left, lengths)) / width
        backwards = np.repeat([placement[2] for placement in placements], lengths)
        places = np.clip(np.where(backwards, 1 - places, places), 0, 1)
        spaces = np.diff(self._spaces[order], prepend=0) > 0
        spaces[starts] = False
        texts = [page.texts[index] or "" for index in order.tolist()]
        counts = np.fromiter(map(len, texts), np.int64, len(texts)) + spaces
        ends = np.cumsum(counts)
        before = (ends - counts)[spaces]
        all_places, all_fonts = np.repeat(places, counts), np.repeat(fonts[page.owners[order]], counts)
        all_places[before] = (all_places[before - 1] + places[spaces]) / 2
        all_fonts[before] = all_fonts[before - 1]
        whole = "".join(f" {text}" if space else text for text, space in zip(texts, spaces.tolist(), strict=True))
        rounded = np.round(all_places, 4).tolist()
        text_ends = ends[starts + lengths - 1]
        cuts = zip((text_ends - np.add.reduceat(counts, starts)).tolist(), text_ends.tolist(), strict=True)
        for number, (first, end) in enumerate(cuts):
            if end > first and right[number] > left[number] and bottom[number] > top[number]:
                quad, direction, _ = placements[number]
                runs = _runs(all_fonts[first:end])
                line = LayerLine(whole[first:end], quad, tuple(rounded[first:end]), runs, direction)
                yield PlacedLine(line, parts[number])

    def _heights(self, order: Numbers, starts: Numbers) -> tuple[Floats, Floats]:
        """The top and the bottom of lines: those of their cells, unless the font says nonsense."""
        size = np.maximum.reduceat(self._size[order], starts)
        top, bottom = np.minimum.reduceat(self._ink[order, 1], starts), np.maximum.reduceat(self._ink[order, 3], starts)
        cell_top = np.minimum.reduceat(self._cell_top[order], starts)
        cell_bottom = np.maximum.reduceat(self._cell_bottom[order], starts)
        known = np.minimum.reduceat(self._has_cell[order], starts)
        more = np.maximum(0.0, size - (bottom - top)) / 2
        above = np.where(known, np.clip(top - cell_top, 0, ASCENT * size), more)
        below = np.where(known, np.clip(cell_bottom - bottom, 0, DESCENT * size), more)
        return top - above, bottom + below


def _framed(boxes: Floats, cos: Floats, sin: Floats) -> Floats:
    """Boxes in frames that are turned. The boxes of leaning text grow."""
    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    half_x, half_y = (boxes[:, 2] - boxes[:, 0]) / 2, (boxes[:, 3] - boxes[:, 1]) / 2
    along, across = middle_x * cos + middle_y * sin, middle_y * cos - middle_x * sin
    wide = half_x * np.abs(cos) + half_y * np.abs(sin)
    high = half_x * np.abs(sin) + half_y * np.abs(cos)
    return np.column_stack((along - wide, across - high, along + wide, across + high))


def _runs(fonts: Numbers) -> tuple[tuple[int, int], ...]:
    """Each run of one number with its length."""
    starts = np.flatnonzero(np.diff(fonts, prepend=-1))
    lengths = np.diff(starts, append=len(fonts))
    return tuple(zip(fonts[starts].tolist(), lengths.tolist(), strict=True))


def _place(
    degrees: float, left: float, top: float, right: float, bottom: float
) -> tuple[tuple[float, float, float, float, float, float, float, float], Direction, bool]:
    """The quad of a box in its frame, the direction of its text, and whether places count from its end.

    The quad begins with the corner that is at the top left on the page.
    """
    if degrees == 0:
        x0, y0, x1, y1 = round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)
        return (x0, y0, x1, y0, x1, y1, x0, y1), "right", False
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    around = ((left, top), (right, top), (right, bottom), (left, bottom))
    corners = [(x * cos - y * sin, x * sin + y * cos) for x, y in around]
    quarter = round(degrees / 90) % 4
    # Turned by a quarter clockwise, the line's end at the bottom left is the page's corner at the top left.
    first = (4 - quarter) % 4
    corners = corners[first:] + corners[:first]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = ((round(x, 2), round(y, 2)) for x, y in corners)
    return (x0, y0, x1, y1, x2, y2, x3, y3), _DIRECTIONS[quarter], quarter in (2, 3)
