"""The files that a document can be turned into: one table, in which each format says everything about itself.

Nobody else compares a format's name. To add a format, write its writer and add one entry to the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from server.export.files.file_page import FilePage
from server.intake.raw_file import RawFile

__all__ = ["RESULT_FORMATS", "FilePage", "ResultFormat"]

OOXML = "application/vnd.openxmlformats-officedocument."
WRITERS = "server.export.files."


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFormat:
    """One kind of result file. No attribute has a default, so an entry that forgets one stops the import.

    Attributes:
        extension: of the file's name, without a dot.
        media_type: for Content-Type.
        writer: the function that makes the file, as ``module:function``. See `write`.
        needs_pictures: the file shows the pages' pictures.
        needs_layout: the file follows the pages' structure; else the lines are taken as they come.
        keeps_pages: the text lies over the document's own pages, if it has any: they are read neither rotated nor
            unwarped, and the pictures of a PDF's pages are needed only where the PDF cannot be rewritten.
    """

    extension: str
    media_type: str
    writer: str
    needs_pictures: bool
    needs_layout: bool
    keeps_pages: bool

    def write(self, pages: Sequence[FilePage], document: RawFile) -> bytes:
        """Make the file. Blocks for up to seconds, so it belongs in a thread.

        A writer, and its library, is imported when the first file of its kind is made: together they would take a
        fifth of the server's start.

        Args:
            pages: those that were read, in order.
            document: what they were read from.
        """
        module, _, function = self.writer.partition(":")
        return cast("bytes", getattr(import_module(module), function)(pages, document))


RESULT_FORMATS: Mapping[str, ResultFormat] = {
    "txt": ResultFormat(
        extension="txt",
        media_type="text/plain; charset=utf-8",
        writer=f"{WRITERS}plain_text:write_text",
        needs_pictures=False,
        needs_layout=True,
        keeps_pages=False,
    ),
    "pdf": ResultFormat(
        extension="pdf",
        media_type="application/pdf",
        writer=f"{WRITERS}searchable_pdf:write_pdf",
        needs_pictures=True,
        needs_layout=False,
        keeps_pages=True,
    ),
    "docx": ResultFormat(
        extension="docx",
        media_type=f"{OOXML}wordprocessingml.document",
        writer=f"{WRITERS}docx_file:write_docx",
        needs_pictures=False,
        needs_layout=True,
        keeps_pages=False,
    ),
    "xlsx": ResultFormat(
        extension="xlsx",
        media_type=f"{OOXML}spreadsheetml.sheet",
        writer=f"{WRITERS}xlsx_file:write_xlsx",
        needs_pictures=False,
        needs_layout=True,
        keeps_pages=False,
    ),
    "pptx": ResultFormat(
        extension="pptx",
        media_type=f"{OOXML}presentationml.presentation",
        writer=f"{WRITERS}pptx_file:write_pptx",
        needs_pictures=True,
        needs_layout=True,
        keeps_pages=False,
    ),
}
"""By the name that a request gives them."""
