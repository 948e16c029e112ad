"""Chooses the lines of a page by which its fonts are proven, and puts their pictures on one sheet."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image
from server.decode.page_layer import LayerLine, PageLayer

MOST_SAMPLES = 8
"""Lines of one page that are recognised to prove its fonts."""
LONGEST = 60
"""Characters of a sample. The end of a longer line is cut off."""
FEW = 3
"""Characters of one kind and font on a page that need no proof, because no sample could tell much of them."""
MARGIN = 12
"""Pixels around a sample on the sheet."""
HIGHEST = 120
"""Pixels: a sample that is higher is made smaller."""

KNOWN_KINDS = 20_000
"""Characters whose kinds are kept in memory."""

Kind = Literal["digit", "lower", "upper", "cjk", "other"]
Need: TypeAlias = tuple[str, Kind]
"""A font's key and a kind of characters that are to be proven."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A part of a line that is recognised.

    Attributes:
        text: as the layer has it.
        fonts: the font's key of each character.
        row: first and last row of pixels on the sheet.
    """

    text: str
    fonts: tuple[str, ...]
    row: tuple[int, int]


@lru_cache(KNOWN_KINDS)
def kind_of(character: str) -> Kind | None:
    """The kind of a character; None for what is neither a letter nor a digit, as recognisers mix such marks up."""
    if character.isdigit():
        return "digit"
    if not character.isalpha():
        return None
    if "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3":
        return "cjk"
    if character < "\u0250" or "\u1e00" <= character <= "\u1eff":  # Latin
        return "upper" if character.isupper() else "lower"
    return "other"


def fonts_of(layer: PageLayer, line: LayerLine) -> list[str]:
    """The font's key of each character of a line."""
    return [layer.fonts[number] for number, count in line.fonts for _ in range(count)]


def needs_of(layer: PageLayer) -> Counter[Need]:
    """Count the characters of each kind and font of a page; those that are too few to be proven are left out."""
    by_font = [Counter[str]() for _ in layer.fonts]
    for line in layer.lines:
        at = 0
        for number, count in line.fonts:
            by_font[number].update(line.text[at : at + count])
            at += count
    found = Counter[Need]()
    for font, characters in zip(layer.fonts, by_font, strict=True):
        for character, count in characters.items():
            kind = kind_of(character)
            if kind is not None:
                found[font, kind] += count
    most = max(found.values(), default=0)
    return Counter({need: count for need, count in found.items() if count > FEW or count == most})


def choose_lines(layer: PageLayer, needs: Collection[Need]) -> list[int]:
    """The numbers of lines that together show much of what is to be proven, at most `MOST_SAMPLES`."""
    shown = [_needs_in(layer, line, needs) for line in layer.lines]
    missing = dict.fromkeys(needs, 0)
    chosen: list[int] = []
    while len(chosen) < MOST_SAMPLES:
        gains = [
            sum(min(count, ENOUGH - missing[need]) for need, count in each.items() if missing[need] < ENOUGH)
            for each in shown
        ]
        best = int(np.argmax(gains)) if gains else 0
        if not gains or gains[best] <= 0:
            break
        chosen.append(best)
        for need, count in shown[best].items():
            missing[need] += count
        shown[best] = Counter()
    return sorted(chosen)


ENOUGH = 24
"""Characters of one kind and font that a proof is about, where the page has so many."""


def _needs_in(layer: PageLayer, line: LayerLine, needs: Collection[Need]) -> Counter[Need]:
    shown = Counter[Need]()
    for character, font in zip(line.text[:LONGEST], fonts_of(layer, line), strict=False):
        kind = kind_of(character)
        if kind is not None and (font, kind) in needs:
            shown[font, kind] += 1
    return shown


def make_sheet(page: Image, layer: PageLayer, numbers: Sequence[int]) -> tuple[Image, tuple[Sample, ...]]:
    """Put the pictures of lines below each other. Costs CPU: call it in a thread.

    Args:
        page: uint8 (H, W, 3) BGR.
        layer: its own text.
        numbers: of the lines.
    """
    cut = [_cut(page, layer.lines[number]) for number in numbers]
    pictures = [_low_enough(picture) for picture, _ in cut]
    width = max(picture.shape[1] for picture in pictures) + 2 * MARGIN
    height = sum(picture.shape[0] + 2 * MARGIN for picture in pictures)
    sheet = np.full((height, width, 3), 255, np.uint8)
    samples, top = [], 0
    for number, picture, (_, length) in zip(numbers, pictures, cut, strict=True):
        line = layer.lines[number]
        bottom = top + picture.shape[0] + 2 * MARGIN
        # The paper of the line goes to the sheet's edges, so that no edge looks like a letter.
        sheet[top:bottom] = np.median(picture.reshape(-1, 3), axis=0).astype(np.uint8)
        sheet[top + MARGIN : bottom - MARGIN, MARGIN : MARGIN + picture.shape[1]] = picture
        samples.append(Sample(line.text[:length], tuple(fonts_of(layer, line)[:length]), (top, bottom)))
        top = bottom
    return sheet, tuple(samples)


def _cut(page: Image, line: LayerLine) -> tuple[Image, int]:
    """The picture of a line's beginning, and the number of its characters."""
    length = _sample_length(line)
    first, second, third, last = _in_reading_order(line)
    share = 1.0
    if length < len(line.text):
        ends = sorted(_along(line, place) for place in line.places)
        share = min(1.0, (ends[length - 1] + ends[length]) / 2)
    wide = max(1, round(float(np.linalg.norm(second - first)) * share))
    high = max(1, round(float(np.linalg.norm(last - first))))
    corners = np.array(
        [first, first + (second - first) * share, first + (second - first) * share + (third - second), last]
    )
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    picture = cv2.warpPerspective(page, matrix, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8), length


def _sample_length(line: LayerLine) -> int:
    """The number of characters of a line that are recognised. Text that does not simply run on is taken whole."""
    along = [_along(line, place) for place in line.places]
    runs_on = all(before <= after for before, after in pairwise(along))
    return LONGEST if len(line.text) > LONGEST and runs_on else len(line.text)


def _along(line: LayerLine, place: float) -> float:
    return 1 - place if line.direction in ("left", "up") else place


def _in_reading_order(line: LayerLine) -> Iterator[NDArray[np.float64]]:
    """The corners of a line: those at the beginning above and the end above, as one holds the page to read it."""
    corners = np.array(line.quad).reshape(4, 2)
    shift = {"right": 0, "down": 1, "left": 2, "up": 3}[line.direction]
    yield from np.roll(corners, -shift, axis=0)


def _low_enough(picture: Image) -> Image:
    height, width = picture.shape[:2]
    if height <= HIGHEST:
        return picture
    size = max(1, round(width * HIGHEST / height)), HIGHEST
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
