"""Mends damaged PDFs with qpdf (by pikepdf). Runs in a worker only.

PDFium rebuilds a lost table of objects by itself, but only if it finds a trailer. It believes the number of pages that
the file claims. qpdf needs no trailer, and it counts the pages. Neither looks for objects in object streams whose
table is lost, so those objects are written out first.
"""

import io
import re
from collections.abc import Iterator
from contextlib import suppress

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Dictionary, Name, ObjectStreamMode, Stream, StreamDecodeLevel

from server.decode.formats.pdf_file import open_pdf
from server.decode.formats.readers import Encrypted, Unreadable

OBJECT_NUMBER = re.compile(rb"\b(\d{1,9})\s+\d{1,5}\s+obj\b")
END = b"\nendstream\nendobj\n%%EOF\n"
"""The end of a file that was cut off. qpdf drops an object without its end, such as a picture of which half is left."""
SECURITY_HANDLERS = ("/Standard", "/Adobe.PubSec")
"""The values of /Filter in the dictionary that describes the encryption (PDF 1.7, table 20)."""


def mended_pdf(data: bytes, password: str | None) -> bytes:
    """Write a damaged PDF anew, with the pages that are left of it.

    Args:
        data: the PDF.
        password: of an encrypted PDF. The result is not encrypted.

    Raises:
        Encrypted: there is no password, or a wrong one.
        Unreadable: no page is left, or nothing is left on the pages.
        Exception: the file is too damaged.
    """
    try:
        mended = _saved(data, password)
    except pikepdf.PasswordError as error:
        raise Encrypted from error
    except pikepdf.PdfError:
        # qpdf says so too if the table of the object streams with the page tree is lost.
        mended = _saved(data + END + _unpacked_objects(data, password), password)
    if not _opens(data, password) and not _shows_anything(mended):
        raise Unreadable
    return mended


def _saved(data: bytes, password: str | None) -> bytes:
    with pikepdf.open(io.BytesIO(data + END), password=password or "") as pdf:
        if not pdf.is_encrypted:
            _refuse_lost_encryption(pdf, password)
        if not len(pdf.pages):
            raise Unreadable
        buffer = io.BytesIO()
        # qpdf writes the number of objects only if the key is there, and a file without it is damaged again.
        pdf.trailer["/Size"] = 1
        # No stream is unpacked. So a bomb stays packed, and a damaged stream keeps what is left of it.
        pdf.save(
            buffer,
            encryption=False,
            compress_streams=False,
            stream_decode_level=StreamDecodeLevel.none,
            object_stream_mode=ObjectStreamMode.disable,
        )
        return buffer.getvalue()


def _refuse_lost_encryption(pdf: pikepdf.Pdf, password: str | None) -> None:
    """Refuse an encrypted file that has lost the trailer which says so. Its pages would be blank.

    The trailer has a part of the key. So the right password does not help, and the file counts as damaged.
    """
    if any(isinstance(each, Dictionary) and _name(each, "/Filter") in SECURITY_HANDLERS for each in pdf.objects):
        raise Unreadable if password else Encrypted


def _name(dictionary: pikepdf.Object, key: str) -> str:
    value = dictionary.get(key)
    return str(value) if isinstance(value, Name) else ""


def _unpacked_objects(data: bytes, password: str | None) -> bytes:
    """The objects within the object streams of a file (PDF 1.7, 7.5.7), each as an object of its own.

    qpdf opens no file without a page, so one is added for it.
    """
    unpacked = bytearray()
    with pikepdf.open(io.BytesIO(data + END + _one_page(_highest_number(data)) + END)) as pdf:
        _refuse_lost_encryption(pdf, password)
        for each in pdf.objects:
            if isinstance(each, Stream) and _name(each, "/Type") == "/ObjStm":
                with suppress(pikepdf.DataDecodingError, KeyError, ValueError):  # Others may not be damaged.
                    for number, content in _objects_within(each.read_bytes(), int(each["/First"])):
                        unpacked += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    return bytes(unpacked)


def _highest_number(data: bytes) -> int:
    return max((int(found) for found in OBJECT_NUMBER.findall(data)), default=0)


def _one_page(number: int) -> bytes:
    """A catalog with one blank page and its trailer. Their objects have the numbers after this one."""
    catalog, pages, page = range(number + 1, number + 4)
    return (
        b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj\n" % (catalog, pages)
        + b"%d 0 obj\n<< /Type /Pages /Kids [%d 0 R] /Count 1 >>\nendobj\n" % (pages, page)
        + b"%d 0 obj\n<< /Type /Page /Parent %d 0 R /MediaBox [0 0 9 9] >>\nendobj\n" % (page, pages)
        + b"trailer\n<< /Root %d 0 R /Size %d >>\n" % (catalog, page + 1)
    )


def _objects_within(content: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    """The number and the content of each object of an object stream. Before the offset ``first`` stands their list."""
    words = [int(word) for word in content[:first].split()]
    # Sorted, they do not overlap. So a hostile list does not make the file longer than its streams are.
    listed = sorted(zip(words[1::2], words[::2], strict=False))
    ends = [offset for offset, _ in listed[1:]] + [len(content) - first]
    for (offset, number), end in zip(listed, ends, strict=True):
        yield number, content[first + offset : first + end]


def _opens(data: bytes, password: str | None) -> bool:
    try:
        open_pdf(data, password).close()
    except pdfium.PdfiumError:
        return False
    return True


def _shows_anything(data: bytes) -> bool:
    """Whether a page has content or annotations. A file that was cut off may have lost all of them."""
    document = open_pdf(data, None)
    try:
        return any(map(_is_used, document))
    finally:
        document.close()


def _is_used(page: pdfium.PdfPage) -> bool:
    try:
        return bool(pdfium.raw.FPDFPage_CountObjects(page) > 0 or pdfium.raw.FPDFPage_GetAnnotCount(page) > 0)
    finally:
        page.close()
