"""Puts invisible text under the pages of a stranger's PDF. The pages look as they did. In a worker only.

PDFium tells how each page is shown and what text it has. qpdf (by pikepdf) writes the file. Our text comes first in a
page's content, so no change of the coordinate system by the page affects it. Rendering mode 3 makes it invisible.
"""

import io
import unicodedata
from difflib import SequenceMatcher

import msgspec
import pikepdf
import pypdfium2 as pdfium
from pikepdf import Dictionary

from server.decode.formats.pdf_active import remove_active_content
from server.decode.formats.pdf_file import open_pdf
from server.decode.formats.pdf_hidden_text import Bounds, HiddenText, find_hidden_text, holds
from server.decode.formats.pdf_mending import mended_pdf
from server.decode.formats.readers import Encrypted, Unreadable
from server.export.files.picture_pdf import saved
from server.export.files.text_layer import (
    CharacterCodes,
    Matrix,
    PageText,
    PlacedText,
    TextLayer,
    add_font,
    text_operators,
    transformed,
)

FONTS, FONT = "/Font", "/RecognizedText"
SAME_TEXT = 0.7
"""From this share of common characters on, a line counts as text that the page already shows."""

_layers: msgspec.json.Decoder[TextLayer] = msgspec.json.Decoder(TextLayer)


def overlay_text(data: bytes, password: str | None, layer: bytes) -> bytes:
    """Make a PDF searchable. A line that a page already has as text is not added again.

    Hidden text, from an older program that read the same scan, gives way where it differs from what was read. A
    damaged PDF is mended first, as it is before it is read.

    Args:
        data: the PDF.
        password: of an encrypted PDF. The result is not encrypted.
        layer: a `TextLayer` as JSON.

    Raises:
        Encrypted: there is no password, or a wrong one.
        Exception: the file is damaged.
    """
    added = _layers.decode(layer)
    try:
        return _overlaid(data, password, added)
    except (pdfium.PdfiumError, OtherPageCount):
        return _overlaid(mended_pdf(data, password), None, added)


class OtherPageCount(Unreadable):
    """PDFium believes the number of pages that the file claims, and qpdf has counted another one."""


def _overlaid(data: bytes, password: str | None, added: TextLayer) -> bytes:
    shown = open_pdf(data, password)
    try:
        with pikepdf.open(io.BytesIO(data), password=password or "") as pdf:
            if len(shown) != len(pdf.pages):
                raise OtherPageCount
            if not added.keep_active_content:
                remove_active_content(pdf)
            _add_text(pdf, shown, added.pages)
            return saved(pdf)
    except pikepdf.PasswordError as error:
        raise Encrypted from error
    finally:
        shown.close()


def _add_text(pdf: pikepdf.Pdf, shown: pdfium.PdfDocument, pages: tuple[PageText, ...]) -> None:
    if len(pages) > len(shown):
        raise Unreadable
    codes = CharacterCodes()
    contents = [_content(pdf, index, shown[index], page, codes) for index, page in enumerate(pages)]
    font = add_font(pdf, codes)
    for page, content in zip(pdf.pages, contents, strict=False):
        if content:
            _use_font(page, font)
            page.contents_add(content, prepend=True)


def _content(pdf: pikepdf.Pdf, index: int, shown: pdfium.PdfPage, page: PageText, codes: CharacterCodes) -> bytes:
    matrix = user_space(shown.get_bbox(), shown.get_rotation(), page.width, page.height)
    own = shown.get_textpage()
    try:
        hidden = find_hidden_text(pdf.pages[index], shown, own)
        if hidden is None:
            texts = [text for text in page.texts if not _alike(own.get_text_bounded(*_bounds(text, matrix)), text)]
        else:
            texts = _texts_beside(hidden, page, matrix, pdf)
    finally:
        own.close()
        shown.close()
    return text_operators(texts, matrix, FONT, codes) if texts else b""


def _texts_beside(hidden: HiddenText, page: PageText, matrix: Matrix, pdf: pikepdf.Pdf) -> list[PlacedText]:
    """The texts to add to a page that has hidden text. If that differs from what was read, it is taken out first."""
    texts = [(text, _bounds(text, matrix)) for text in page.texts]
    texts = [(text, bounds) for text, bounds in texts if not _alike(hidden.within(bounds, hidden=False), text)]
    old = [_characters(hidden.within(bounds, hidden=True)) for _, bounds in texts]
    if any(found not in ("", _characters(text.text)) for found, (text, _) in zip(old, texts, strict=True)):
        near = [_grown(bounds) for _, bounds in texts]
        hidden.remove(pdf, lambda point: any(holds(bounds, *point) for bounds in near))
        return [text for text, _ in texts]
    return [text for found, (text, _) in zip(old, texts, strict=True) if not found]


def _grown(bounds: Bounds) -> Bounds:
    """The bounds of a line and half of its height around them: an older program may have placed its text less well."""
    left, bottom, right, top = bounds
    more = min(right - left, top - bottom) / 2
    return left - more, bottom - more, right + more, top + more


def user_space(box: tuple[float, float, float, float], rotation: int, width: int, height: int) -> Matrix:
    """The matrix from pixels of a page's picture to the page's user space.

    Args:
        box: left, bottom, right, top of the part of user space that is shown.
        rotation: of the shown page, in degrees clockwise: 0, 90, 180 or 270 (PDF 1.7, table 30, Rotate).
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """
    left, bottom, right, top = box
    wide, high = right - left, top - bottom
    if rotation == 90:
        return 0.0, high / width, wide / height, 0.0, left, bottom
    if rotation == 180:
        return -wide / width, 0.0, 0.0, high / height, right, bottom
    if rotation == 270:
        return 0.0, -high / width, -wide / height, 0.0, right, top
    return wide / width, 0.0, 0.0, -high / height, left, top


def _bounds(line: PlacedText, matrix: Matrix) -> Bounds:
    """The upright rectangle around a line, in user space."""
    box = line.box
    far = (box.end[0] + box.top[0] - box.start[0], box.end[1] + box.top[1] - box.start[1])
    corners = [transformed(matrix, point) for point in (box.start, box.end, box.top, far)]
    across, along = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return across[0], along[0], across[-1], along[-1]


def _alike(found: str, line: PlacedText) -> bool:
    """Whether a page says at a line's place what the line says, but for a few characters."""
    found, wanted = _characters(found).casefold(), _characters(line.text).casefold()
    return SequenceMatcher(None, wanted, found, autojunk=False).ratio() >= SAME_TEXT if found else False


def _characters(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _use_font(page: pikepdf.Page, font: pikepdf.Object) -> None:
    """Add a resource to one page, without a change of resources that it shares with other pages."""
    resources = dict(page.resources.items())
    fonts = dict(page.resources[FONTS].items()) if FONTS in page.resources else {}
    page.obj.Resources = Dictionary({**resources, FONTS: Dictionary({**fonts, FONT: font})})
