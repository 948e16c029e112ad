"""Reads the text that a PDF page has of its own, and checks it by what the page shows. Runs in a worker only."""

import ctypes
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from server.decode.formats.pdf_characters import Characters, Floats, page_to_picture, read_characters
from server.decode.formats.pdf_font_keys import FontKeys
from server.decode.formats.pdf_ink import MOST_UNCOVERED, Ink, TooManyObjects, draw_ink, page_objects, pictures_on
from server.decode.formats.pdf_lines import PlacedCharacters, PlacedLine, make_lines, placed
from server.decode.page_layer import MOST_CHARACTERS, MOST_FONTS, MOST_LINES, LayerFault, PageLayer

raw = pdfium.raw

HIDDEN_MODES = (3, 7)
"""Rendering modes that draw nothing (PDF 1.7, table 106)."""
MOST_UNKNOWN = 0.02
"""Share of the glyphs that may be marks without a character, such as bullets of a symbol font."""
LEAST_GAP, GAP_EDGE = 5.0, 1.5
"""Pixels of the small pictures: the width from which on a gap between glyphs is looked at, and what is left out at its
edges, where strokes reach over their boxes."""
OVERLAP = 0.5
"""From this share of the smaller line's area on, two lines lie over each other."""


def own_text(page: pdfium.PdfPage, index: int, keys: FontKeys, size: tuple[int, int], scale: float) -> PageLayer:
    """Read the text of a page that one sees. Afterwards the page must not be drawn.

    Args:
        page: as PDFium has it.
        index: 0-based position in the document.
        keys: of the document's fonts.
        size: width and height in pixels of the rendered page.
        scale: of the rendered page, in pixels per point.
    """
    try:
        objects = page_objects(page.raw)
        characters = _characters(page) if any(each.kind == raw.FPDF_PAGEOBJ_TEXT for each in objects) else None
    except TooManyObjects:
        return PageLayer("too_much")
    if characters is None:
        return PageLayer("hidden")
    addresses = list(dict.fromkeys(each.font for each in characters.objects))
    if len(addresses) > MOST_FONTS:
        return PageLayer("too_much")
    fonts = tuple(keys.of_page(index, [_name(address) for address in addresses]))
    matrix = page_to_picture(page.raw, size)
    pictures = _in_picture(pictures_on(page.raw, objects), matrix)
    in_picture = placed(characters, matrix)
    ink = draw_ink(page, objects, size, scale)
    drawn = np.array([each.mode not in HIDDEN_MODES for each in characters.objects])[characters.owners]
    printed = (characters.owners >= 0) & ~in_picture.ends & ~in_picture.blank
    shown = drawn & printed & (ink.counts(in_picture.ink) > 0)
    numbers = {address: number for number, address in enumerate(addresses)}
    lines = make_lines(in_picture, shown & ~in_picture.unknown, numbers)
    fault = _fault(in_picture, shown, lines, ink)
    if fault != "none":
        return PageLayer(fault)
    return PageLayer("none", fonts, tuple(each.line for each in lines), not ink.shows_something(pictures))


def _characters(page: pdfium.PdfPage) -> Characters | None:
    """The characters of a page; None if it has none.

    Raises:
        TooManyObjects: it has more than `MOST_CHARACTERS`.
    """
    text = page.get_textpage()
    try:
        count = text.count_chars()
        if count > MOST_CHARACTERS:
            raise TooManyObjects
        characters = read_characters(text.raw, count) if count > 0 else None
    finally:
        text.close()
    return characters if characters is not None and characters.objects else None


def _fault(page: PlacedCharacters, shown: NDArray[np.bool_], lines: tuple[PlacedLine, ...], ink: Ink) -> LayerFault:
    if len(lines) > MOST_LINES:
        return "too_much"
    unknown = shown & page.unknown
    if not lines:
        return "unmapped" if unknown.any() else "hidden"
    if unknown.sum() > MOST_UNKNOWN * shown.sum() or _within_words(page, shown, unknown):
        return "unmapped"
    quads = np.array([each.line.quad for each in lines]).reshape(-1, 4, 2)
    boxes = np.hstack((quads.min(axis=1), quads.max(axis=1)))
    straight = np.array([_is_straight(quad) for quad in quads])
    outside = ink.outside(np.vstack((boxes, page.ink[unknown])))
    gaps = [_gaps(page, each) for each, level in zip(lines, straight, strict=True) if level]
    between = _between(np.concatenate(gaps), ink) if gaps else 0
    if outside + between > MOST_UNCOVERED * ink.sums[-1, -1]:
        return "uncovered"
    return "overlapping" if _overlap(boxes[straight]) else "none"


def _gaps(page: PlacedCharacters, each: PlacedLine) -> Floats:
    """(N, 4) the gaps between the glyphs of a straight line."""
    boxes, quad = page.ink[each.characters], each.line.quad
    level = each.line.direction in ("right", "left")
    start, end = (0, 2) if level else (1, 3)
    boxes = boxes[np.argsort(boxes[:, start])]
    gaps = np.empty((len(boxes) - 1, 4))
    gaps[:, start], gaps[:, end] = np.maximum.accumulate(boxes[:, end])[:-1], boxes[1:, start]
    gaps[:, 1 - start], gaps[:, 3 - start] = (quad[1], quad[5]) if level else (quad[0], quad[4])
    return gaps


def _between(gaps: Floats, ink: Ink) -> int:
    """The pixels of text in gaps between glyphs, where a glyph without a character would be."""
    wide = np.maximum(gaps[:, 2] - gaps[:, 0], 0), np.maximum(gaps[:, 3] - gaps[:, 1], 0)
    return int(ink.counts(gaps[np.minimum(*wide) > LEAST_GAP / ink.scale], more=-GAP_EDGE).sum())


def _within_words(page: PlacedCharacters, shown: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> bool:
    """Whether a glyph without a character belongs to a word."""
    members = np.flatnonzero(shown)
    for position in np.flatnonzero(unknown[members]):
        for neighbour in (position - 1, position + 1):
            if not 0 <= neighbour < len(members):
                continue
            first, last = sorted((int(members[position]), int(members[neighbour])))
            between = page.texts[first + 1 : last]
            if all(text is not None and not text.isspace() for text in between):
                return True
    return False


def _is_straight(quad: Floats) -> bool:
    edge = np.abs(quad[1] - quad[0])
    return bool(edge.min() < 1e-2 * max(1.0, edge.max()))


def _overlap(boxes: Floats) -> bool:
    """Whether a line lies over another one."""
    if len(boxes) < 2:
        return False
    # The cells of glyphs reach over the line above. Their middles do not.
    high = boxes[:, 3] - boxes[:, 1]
    wide = boxes[:, 2] - boxes[:, 0]
    lies = wide >= high
    inner = boxes.copy()
    inner[lies, 1] += 0.25 * high[lies]
    inner[lies, 3] -= 0.25 * high[lies]
    inner[~lies, 0] += 0.25 * wide[~lies]
    inner[~lies, 2] -= 0.25 * wide[~lies]
    across = np.minimum(inner[:, None, 2], inner[None, :, 2]) - np.maximum(inner[:, None, 0], inner[None, :, 0])
    down = np.minimum(inner[:, None, 3], inner[None, :, 3]) - np.maximum(inner[:, None, 1], inner[None, :, 1])
    common = np.clip(across, 0, None) * np.clip(down, 0, None)
    np.fill_diagonal(common, 0)
    area = (inner[:, 2] - inner[:, 0]) * (inner[:, 3] - inner[:, 1])
    return bool((common > OVERLAP * np.minimum(area[:, None], area[None, :])).any())


def _in_picture(boxes: Floats, matrix: Floats) -> Floats:
    first = boxes[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    second = boxes[:, 2:] @ matrix[:, :2].T + matrix[:, 2]
    return np.hstack((np.minimum(first, second), np.maximum(first, second)))


def _name(font: Any) -> str:
    handle = ctypes.cast(font, raw.FPDF_FONT)
    length = raw.FPDFFont_GetBaseFontName(handle, None, 0)
    if not 0 < length < 4096:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFFont_GetBaseFontName(handle, buffer, length)
    return buffer.value.decode("utf-8", "replace")
