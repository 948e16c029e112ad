"""Reads PDF files whose pages qpdf (by pikepdf) has counted. Runs in a worker only."""

import io

import pikepdf

from server.decode.formats.pdf_file import PdfFile
from server.decode.formats.readers import Reader, Unreadable, read_whole


def open_counted_pdf(descriptor: int, password: str | None) -> Reader:
    """Open a PDF as `PdfFile` does, but only if it has no more pages than it claims.

    PDFium believes the number that the file claims, and does not show the pages after it.

    Raises:
        Unreadable: it has more pages. The mended file shows them.
    """
    file = PdfFile(descriptor, password)
    if _pages(read_whole(descriptor), password) > file.total:
        file.close()
        raise Unreadable
    return file


def _pages(data: bytes, password: str | None) -> int:
    """The number of pages that qpdf finds; 0 if it cannot open what PDFium can."""
    try:
        with pikepdf.open(io.BytesIO(data), password=password or "") as pdf:
            return len(pdf.pages)
    except pikepdf.PikepdfError:
        return 0
