"""Looks at the text that a PDF page has of its own, and whether its fonts can show it. Runs in a worker only."""

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium

from server.decode.formats.readers import PageNote

raw = pdfium.raw

MOST_OBJECTS = 20_000
"""Objects of a page that are looked at, to bound the time."""

MOST_CHARACTERS = 10_000
"""Characters of a page that are looked up, to bound the time."""

MOST_LEVELS = 8
"""Levels of forms within forms that are looked at."""

LATIN_END, UNICODE_END = 0x250, 0x110000
"""Ends of code points. Below the first one are Latin letters, and PDFium itself has fonts for them."""

LATIN, UNKNOWN = "LATIN", "UNKNOWN"
"""Scripts. Of an unknown one are characters whose meaning only the missing font knows."""


def notes_on(page: Any) -> tuple[PageNote, ...]:
    """The notes on a page.

    Args:
        page: PDFium's handle.
    """
    texts = (found for found in _objects(page) if raw.FPDFPageObj_GetType(found) == raw.FPDF_PAGEOBJ_TEXT)
    first = next(texts, None)
    if first is None:
        return ()
    strange = _has_strange_font(first) or any(map(_has_strange_font, texts))
    return ("text_layer_ignored", "fonts_missing") if strange and _lacks_letters(page) else ("text_layer_ignored",)


def _objects(page: Any) -> Iterator[Any]:
    """The first objects of a page, also those in forms."""
    levels = [_children(page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)]
    for _ in range(MOST_OBJECTS):
        while (found := next(levels[-1], None)) is None:
            levels.pop()
            if not levels:
                return
        yield found
        if raw.FPDFPageObj_GetType(found) == raw.FPDF_PAGEOBJ_FORM and len(levels) < MOST_LEVELS:
            levels.append(_children(found, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject))


def _children(parent: Any, count: Any, get: Any) -> Iterator[Any]:
    return (child for index in range(count(parent)) if (child := get(parent, index)))


def _has_strange_font(text: Any) -> bool:
    """Whether a text is drawn with a font that is not in the file. Invisible text needs no font."""
    if raw.FPDFTextObj_GetTextRenderMode(text) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
        return False
    font = raw.FPDFTextObj_GetFont(text)
    return bool(font) and raw.FPDFFont_GetIsEmbedded(font) == 0


def _lacks_letters(page: Any) -> bool:
    """Whether most letters of a script have no shape, so that PDFium leaves them out, or most letters are unknown.

    A page stays readable if a rare letter or a symbol is left out.
    """
    text = raw.FPDFText_LoadPage(page)
    if not text:
        return False
    try:
        shown, lacking = _letters(text)
    finally:
        raw.FPDFText_ClosePage(text)
    return any(count > shown[script] for script, count in lacking.items())


def _letters(text: Any) -> tuple[Counter[str], Counter[str]]:
    """Count the letters that are shown and those that are not, by script. Against unknown ones count all others."""
    shown, lacking = Counter[str](), Counter[str]()
    shapes: dict[tuple[int, int], bool] = {}
    for index in range(min(raw.FPDFText_CountChars(text), MOST_CHARACTERS)):
        script, code = _script(text, index), raw.FPDFText_GetUnicode(text, index)
        if script is None:
            continue
        if script == LATIN or not _is_strange(text, index):
            shown[UNKNOWN] += 1
        elif script == UNKNOWN:
            lacking[UNKNOWN] += 1
        else:
            font = raw.FPDFTextObj_GetFont(raw.FPDFText_GetTextObject(text, index))
            key = ctypes.cast(font, ctypes.c_void_p).value or 0, code
            if key not in shapes:
                shapes[key] = bool(raw.FPDFFont_GetGlyphPath(font, code, 1.0))
            counted = shown if shapes[key] else lacking
            counted[script] += 1
    return shown, lacking


def _is_strange(text: Any, index: int) -> bool:
    drawn = raw.FPDFText_GetTextObject(text, index)
    return bool(drawn) and _has_strange_font(drawn)


def _script(text: Any, index: int) -> str | None:
    """The script of a letter: the first word of its Unicode name. None for what is no letter."""
    if raw.FPDFText_HasUnicodeMapError(text, index) == 1:
        return UNKNOWN
    code = raw.FPDFText_GetUnicode(text, index)
    if code >= UNICODE_END or not unicodedata.category(chr(code)).startswith("L"):
        return None
    return LATIN if code < LATIN_END else unicodedata.name(chr(code), UNKNOWN).split()[0]
