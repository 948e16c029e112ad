"""Gives PDFium a font for Chinese, Japanese and Korean pages where the system has none. Runs in a worker only.

A PDF may name a font without holding it, as office and tax software in East Asia does. PDFium then takes a font of the
system. Where the system has none, the text of such a page would be left out.
"""

import ctypes
import mmap
import os
from typing import Any

import pypdfium2 as pdfium

raw = pdfium.raw

EAST_ASIAN = frozenset(
    {
        raw.FXFONT_SHIFTJIS_CHARSET,
        raw.FXFONT_HANGEUL_CHARSET,
        raw.FXFONT_GB2312_CHARSET,
        raw.FXFONT_CHINESEBIG5_CHARSET,
    }
)

_offered: "list[_OfferedFont]" = []
"""PDFium calls their functions as long as the process lives."""


def offer_font(path: str) -> None:
    """Let PDFium take a font file for East Asian text that no font of the system can show. Call this once.

    The file is mapped now, before the process loses the right to open it.

    Raises:
        OSError: the file cannot be read.
    """
    font = _OfferedFont(path)
    _offered.append(font)
    raw.FPDF_SetSystemFontInfo(ctypes.byref(font.info))


class _OfferedFont:
    """PDFium's own choice of fonts, with one font more at its end.

    Attributes:
        info: the table of functions that PDFium calls.
    """

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:  # noqa: PTH123 - a worker starts faster without pathlib
            mapping = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE)  # private: ctypes needs a writable buffer
        self._data = (ctypes.c_ubyte * len(mapping)).from_buffer(mapping)
        self._handle = ctypes.addressof(self._data)
        """No font of the system has this handle."""
        self._name = ctypes.create_string_buffer(os.path.basename(path).encode())  # noqa: PTH119
        self._system = raw.FPDF_GetDefaultSystemFontInfo()
        functions: dict[str, Any] = {
            "EnumFonts": lambda _, mapper: self._system.contents.EnumFonts(self._system, mapper),
            "MapFont": self._map_font,
            "GetFont": lambda _, face: self._system.contents.GetFont(self._system, face),
            "GetFontData": self._font_data,
            "GetFaceName": self._face_name,
            "GetFontCharset": self._charset,
            "DeleteFont": self._delete,
        }
        types = dict(raw.FPDF_SYSFONTINFO._fields_)
        self.info = raw.FPDF_SYSFONTINFO(
            version=self._system.contents.version,
            **{name: types[name](function) for name, function in functions.items()},
        )

    def _map_font(
        self, _: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any
    ) -> int | None:
        found: int | None = self._system.contents.MapFont(self._system, weight, italic, charset, pitch, face, exact)
        return self._handle if not found and charset in EAST_ASIAN else found

    def _font_data(self, _: Any, font: int, table: int, buffer: Any, room: int) -> int:
        if font != self._handle:
            return int(self._system.contents.GetFontData(self._system, font, table, buffer, room))
        # PDFium asks for a single table only to learn whether the file is a collection of fonts.
        return 0 if table else _copy(self._data, buffer, room)

    def _face_name(self, _: Any, font: int, buffer: Any, room: int) -> int:
        if font != self._handle:
            return int(self._system.contents.GetFaceName(self._system, font, buffer, room))
        return _copy(self._name, buffer, room)

    def _charset(self, _: Any, font: int) -> int:
        if font != self._handle:
            return int(self._system.contents.GetFontCharset(self._system, font))
        return int(raw.FXFONT_DEFAULT_CHARSET)

    def _delete(self, _: Any, font: int) -> None:
        if font != self._handle:
            self._system.contents.DeleteFont(self._system, font)


def _copy(data: "ctypes.Array[Any]", buffer: Any, room: int) -> int:
    """Copy all bytes into PDFium's buffer, if it has one that is large enough. Gives their number."""
    size = ctypes.sizeof(data)
    if buffer and room >= size:
        ctypes.memmove(buffer, data, size)
    return size
