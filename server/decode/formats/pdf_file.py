"""Reads PDF files with PDFium. Runs in a worker only: PDFium is not thread-safe and parses hostile bytes."""

import ctypes
import mmap
import os
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium

from server.decode.formats.pdf_page_text import notes_on
from server.decode.formats.readers import BYTES_PER_PIXEL, Encrypted, PageNote, Unreadable, map_page
from server.decode.page_size import rendered_size

if TYPE_CHECKING:
    from server.decode.formats.pdf_font_keys import FontKeys


class PdfFile:
    """An open PDF. Pages are rendered with their form fields and annotations, and rotated as /Rotate says."""

    def __init__(self, descriptor: int, password: str | None = None) -> None:
        # The mapping is private, because ctypes needs a writable buffer. PDFium reads it in place, without a copy.
        self._mapping = mmap.mmap(descriptor, os.fstat(descriptor).st_size, flags=mmap.MAP_PRIVATE)
        data = (ctypes.c_ubyte * len(self._mapping)).from_buffer(self._mapping)
        self._document = open_pdf(data, password)
        self._document.init_forms()
        self._password = password
        self._font_keys: FontKeys | None = None
        self.total = len(self._document)

    def sizes(self, count: int) -> tuple[tuple[float, float], ...]:
        """The width and height in points of the first ``count`` pages, after /Rotate."""
        return tuple(self._document.get_page_size(index) for index in range(count))

    def resolutions(self, count: int) -> tuple[None, ...]:
        """None for each page: a page has a size in points."""
        return (None,) * count

    def draw(self, index: int, size: tuple[int, int], scale: float, target: int) -> tuple[PageNote, ...]:
        """Render directly into the target."""
        page = self._document[index]
        try:
            if rendered_size(page.get_size(), scale) != size:
                raise Unreadable
            pixels = (ctypes.c_ubyte * (size[0] * size[1] * BYTES_PER_PIXEL)).from_buffer(map_page(target))
            page.render(scale=scale, bitmap_maker=_into(pixels)).close()
            return notes_on(page.raw)
        finally:
            page.close()

    def layer(self, index: int, size: tuple[int, int], scale: float) -> bytes:
        """Read the text that a page has of its own.

        Args:
            index: 0-based page.
            size: width and height in pixels of the page as `draw` renders it.
            scale: of that picture, in pixels per point.

        Returns:
            A `server.decode.page_layer.PageLayer` as bytes.

        Raises:
            Unreadable: the page has another size.
        """
        # NumPy and qpdf cost a worker a fifth of a second, and most never read a layer.
        from server.decode.formats.pdf_own_text import own_text  # noqa: PLC0415
        from server.decode.page_layer import encode_layer  # noqa: PLC0415

        page = self._document[index]
        try:
            if rendered_size(page.get_size(), scale) != size:
                raise Unreadable
            return encode_layer(own_text(page, index, self._keys(), size, scale))
        finally:
            page.close()

    def _keys(self) -> "FontKeys":
        from server.decode.formats.pdf_font_keys import FontKeys  # noqa: PLC0415

        if self._font_keys is None:
            self._font_keys = FontKeys.of_file(bytes(self._mapping), self._password)
        return self._font_keys

    def close(self) -> None:
        """Close the document. The mapping is freed with its last reference."""
        self._document.close()


def open_pdf(data: Any, password: str | None) -> pdfium.PdfDocument:
    """Open a PDF in memory.

    Args:
        data: bytes, or a ctypes array that is not moved.
        password: of the user or the owner; ignored if the file is not encrypted.

    Raises:
        Encrypted: there is no password, or a wrong one.
        pdfium.PdfiumError: it is damaged.
    """
    # PDFium does not set its last error for every failure. This call sets one, so that no earlier error is left.
    pdfium.raw.FPDF_LoadMemDocument64(None, 0, None)
    try:
        return pdfium.PdfDocument(data, password)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium.raw.FPDF_ERR_PASSWORD:
            raise Encrypted from error
        raise


def _into(pixels: "ctypes.Array[ctypes.c_ubyte]") -> Any:
    """A bitmap maker for pypdfium2 that draws into our memory. The format must be 24-bit BGR, which is the default."""

    def make(width: int, height: int, format: int, rev_byteorder: bool = False) -> pdfium.PdfBitmap:  # noqa: A002
        if format != pdfium.raw.FPDFBitmap_BGR or width * height * BYTES_PER_PIXEL != len(pixels):
            raise Unreadable
        return pdfium.PdfBitmap.new_native(width, height, format, rev_byteorder, buffer=pixels)

    return make


def characters(data: bytes, password: str | None) -> bytes:
    """The different characters of a PDF's text, sorted, as UTF-8. Single surrogates are left out.

    Raises:
        Encrypted: there is no password, or a wrong one.
        Exception: the file is damaged.
    """
    document = open_pdf(data, password)
    found: set[str] = set()
    try:
        for page in document:
            text = page.get_textpage()
            found.update(text.get_text_bounded())
            text.close()
            page.close()
    finally:
        document.close()
    return "".join(sorted(found)).encode("utf-8", "ignore")
