"""The characters that PDFium finds on a page, as arrays. Runs in a worker only.

Each character costs three calls of PDFium. They take a microsecond each if the addresses go in as plain numbers.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

raw = pdfium.raw

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

PRECISION = 256
"""PDFium maps points to whole pixels, so they are mapped to a picture that is so many times larger."""
SPAN = 1000.0
"""Points between those by which the mapping of a page to its picture is measured."""


@dataclass(frozen=True, slots=True)
class TextObject:
    """One text object of a page.

    Attributes:
        address: of PDFium's object.
        matrix: a, b, c, d of its text in the page's user space.
        size: of its font, in units of that matrix.
        origin: of its first character, in user space.
        font: address of PDFium's font.
        mode: its rendering mode (PDF 1.7, table 106).
        cell: left, bottom, right, top in user space of its first character's cell. It reaches from the font's descent
            to its ascent, and is right only where the text is upright in user space.
    """

    address: int
    matrix: tuple[float, float, float, float]
    size: float
    origin: tuple[float, float]
    font: int
    mode: int
    cell: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Characters:
    """All characters of a page in PDFium's order, which is the file's with right-to-left text put in logical order.

    Attributes:
        codes: (N,) Unicode code points. PDFium adds spaces and line ends, and has 2 for a hyphen at a line's end.
        unmapped: (N,) whether the font does not say which character a glyph is.
        tight: (N, 4) left, bottom, right, top of the glyph's ink in user space.
        owners: (N,) index into ``objects``; -1 for characters that PDFium added.
        objects: the text objects that have characters.
    """

    codes: NDArray[np.uint32]
    unmapped: NDArray[np.bool_]
    tight: Floats
    owners: Numbers
    objects: tuple[TextObject, ...]


def _plain(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of PDFium that takes addresses as plain numbers."""
    return ctypes.CFUNCTYPE(result, *arguments)(_address(function))


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
_unicode = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, _POINTER, _INT)
_map_error = _plain(raw.FPDFText_HasUnicodeMapError, _INT, _POINTER, _INT)
_owner = _plain(raw.FPDFText_GetTextObject, ctypes.c_ssize_t, _POINTER, _INT)  # an address, 0 for none
_tight = _plain(raw.FPDFText_GetCharBox, _INT, _POINTER, _INT, _POINTER, _POINTER, _POINTER, _POINTER)


def read_characters(text: Any, count: int) -> Characters:
    """Read the characters of a page.

    Args:
        text: PDFium's handle of the page's text.
        count: the number of its characters.
    """
    handle, indices = _address(text), range(count)
    owners = np.fromiter(map(_owner, repeat(handle), indices), np.int64, count)
    codes = np.fromiter(map(_unicode, repeat(handle), indices), np.uint32, count)
    addresses, firsts, numbers = np.unique(owners, return_index=True, return_inverse=True)
    found = [
        _text_object(text, int(index), int(address))
        for address, index in zip(addresses, firsts, strict=True)
        if address
    ]
    shift = len(addresses) - len(found)  # characters that PDFium added have no owner, which sorts first
    owner_numbers = numbers - shift
    unmapped = _unmapped(handle, codes, owner_numbers, found)
    return Characters(codes, unmapped, _tight_boxes(handle, count), owner_numbers, tuple(found))


def _unmapped(
    handle: int, codes: NDArray[np.uint32], owners: Numbers, objects: Sequence[TextObject]
) -> NDArray[np.bool_]:
    """Whether fonts do not say which characters glyphs are. Each character of a font is asked for once."""
    fonts = np.array([each.font for each in objects] or [0], np.int64)
    _, numbers = np.unique(fonts[owners], return_inverse=True)
    _, firsts, which = np.unique(numbers.astype(np.int64) << 32 | codes, return_index=True, return_inverse=True)
    errors = np.fromiter(map(_map_error, repeat(handle), firsts.tolist()), np.int32, len(firsts)) == 1
    return np.asarray(errors[which])


def _tight_boxes(handle: int, count: int) -> Floats:
    boxes = np.zeros((4, max(1, count)))
    left, bottom, right, top = (
        range(start, start + 8 * count, 8)
        for start in range(boxes.ctypes.data, boxes.ctypes.data + boxes.nbytes, boxes.strides[0])
    )
    _exhaust(map(_tight, repeat(handle), range(count), left, right, bottom, top))
    return boxes[:, :count].T


def _exhaust(calls: Iterator[object]) -> None:
    """Make all calls, without a loop in Python."""
    deque(calls, maxlen=0)


def _text_object(text: Any, index: int, address: int) -> TextObject:
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetMatrix(text, index, ctypes.byref(matrix))
    raw.FPDFText_GetCharOrigin(text, index, ctypes.byref(x), ctypes.byref(y))
    owner, cell = raw.FPDFText_GetTextObject(text, index), raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(cell))
    return TextObject(
        address,
        (matrix.a, matrix.b, matrix.c, matrix.d),
        float(raw.FPDFText_GetFontSize(text, index)),
        (x.value, y.value),
        _address(raw.FPDFTextObj_GetFont(owner)),
        int(raw.FPDFTextObj_GetTextRenderMode(owner)),
        (cell.left, cell.bottom, cell.right, cell.top),
    )


def page_to_picture(page: Any, size: tuple[int, int]) -> Floats:
    """The (2, 3) matrix from user space to a rendered picture of the page, with its rotation and its crop box.

    Args:
        page: PDFium's handle.
        size: width and height of the picture in pixels.
    """
    zero, along, up = (_mapped(page, size, *point) for point in ((0.0, 0.0), (SPAN, 0.0), (0.0, SPAN)))
    return np.column_stack(((along - zero) / SPAN, (up - zero) / SPAN, zero))


def _mapped(page: Any, size: tuple[int, int], x: float, y: float) -> Floats:
    across, down = ctypes.c_int(), ctypes.c_int()
    width, height = (side * PRECISION for side in size)
    raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return np.array([across.value, down.value]) / PRECISION
