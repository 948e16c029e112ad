"""The formats of result files: one table with all facts about each format.

No other code compares the name of a format. To add a format, write its writer and add one entry to the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from server.export.files.file_page import Encoding, FilePage
from server.export.files.settled_pages import settled_pages
from server.intake.raw_file import RawFile

__all__ = ["RESULT_FORMATS", "FilePage", "ResultFormat"]

OOXML = "application/vnd.openxmlformats-officedocument."
WRITERS = "server.export.files."


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFormat:
    """One kind of result file. No attribute has a default, so an entry that forgets one stops the import.

    Attributes:
        extension: of the file, without its dot.
        media_type: for Content-Type.
        writer: the function that makes the file, as ``module:function``. See `write`.
        pictures: the encodings that it can show the pages' pictures in, ``png`` among them; empty if it shows none.
        covers_text: whether its text covers the lines of the picture, so that it needs the paper's colour around them.
        needs_layout: whether the file follows the pages' structure. Otherwise lines are taken in their order.
        keeps_pages: whether the text is put over the document's own pages, if it has any. Such pages are read neither
            rotated nor unwarped. The pictures of a PDF's pages are only needed if the PDF cannot be rewritten.
    """

    extension: str
    media_type: str
    writer: str
    pictures: tuple[Encoding, ...]
    covers_text: bool
    needs_layout: bool
    keeps_pages: bool

    def write(self, pages: Sequence[FilePage], document: RawFile) -> bytes:
        """Make the file. It blocks for up to seconds: call it in a thread.

        A writer and its library are imported for the first file of their kind. Together, all writers would take a fifth
        of the server's start.

        Args:
            pages: the pages that were read, in order.
            document: the file that they were read from.
        """
        module, _, function = self.writer.partition(":")
        return cast("bytes", getattr(import_module(module), function)(settled_pages(pages), document))


RESULT_FORMATS: Mapping[str, ResultFormat] = {
    "txt": ResultFormat(
        extension="txt",
        media_type="text/plain; charset=utf-8",
        writer=f"{WRITERS}plain_text:write_text",
        pictures=(),
        covers_text=False,
        needs_layout=True,
        keeps_pages=False,
    ),
    "pdf": ResultFormat(
        extension="pdf",
        media_type="application/pdf",
        writer=f"{WRITERS}searchable_pdf:write_pdf",
        pictures=("source_jpeg", "jpeg", "png", "fax"),
        covers_text=False,
        needs_layout=True,
        keeps_pages=True,
    ),
    "docx": ResultFormat(
        extension="docx",
        media_type=f"{OOXML}wordprocessingml.document",
        writer=f"{WRITERS}docx_file:write_docx",
        pictures=(),
        covers_text=False,
        needs_layout=True,
        keeps_pages=False,
    ),
    "xlsx": ResultFormat(
        extension="xlsx",
        media_type=f"{OOXML}spreadsheetml.sheet",
        writer=f"{WRITERS}xlsx_file:write_xlsx",
        pictures=(),
        covers_text=False,
        needs_layout=True,
        keeps_pages=False,
    ),
    "pptx": ResultFormat(
        extension="pptx",
        media_type=f"{OOXML}presentationml.presentation",
        writer=f"{WRITERS}pptx_file:write_pptx",
        # Programs differ on whether they obey EXIF's orientation, and python-pptx takes no JPEG of several pictures.
        pictures=("bare_source_jpeg", "jpeg", "png"),
        covers_text=True,
        needs_layout=True,
        keeps_pages=False,
    ),
    "hocr": ResultFormat(
        extension="hocr",
        media_type="text/vnd.hocr+html; charset=utf-8",
        writer=f"{WRITERS}hocr_file:write_hocr",
        pictures=(),
        covers_text=False,
        needs_layout=True,
        keeps_pages=False,
    ),
    "alto": ResultFormat(
        extension="xml",
        media_type="application/xml",
        writer=f"{WRITERS}alto_file:write_alto",
        pictures=(),
        covers_text=False,
        needs_layout=True,
        keeps_pages=False,
    ),
}
"""All formats by their names. A contract or a command says which of them it offers."""
