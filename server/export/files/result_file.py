"""The files that a document can be turned into, by the name that a request gives them.

A writer, and its library, is imported when the first file of its kind is made: together they would take a fifth of the
server's start.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.export.files.file_page import FilePage
from server.export.files.plain_text import write_text
from server.intake.raw_file import RawFile

__all__ = ["RESULT_FORMATS", "FilePage", "ResultFormat"]

OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """One kind of result file.

    Attributes:
        extension: of the file's name, without a dot.
        media_type: for Content-Type.
        write: makes the file of a document's pages; the second argument is the document itself. Blocks for up to
            seconds, so it belongs in a thread.
        pictures: whether it needs the pages' pictures.
    """

    extension: str
    media_type: str
    write: Callable[[Sequence[FilePage], RawFile], bytes]
    pictures: bool = False


def _write_pdf(pages: Sequence[FilePage], document: RawFile) -> bytes:
    from server.export.files.searchable_pdf import write_pdf  # noqa: PLC0415

    return write_pdf(pages, document)


def _write_docx(pages: Sequence[FilePage], document: RawFile) -> bytes:
    from server.export.files.docx_file import write_docx  # noqa: PLC0415

    return write_docx(pages, document)


def _write_xlsx(pages: Sequence[FilePage], document: RawFile) -> bytes:
    from server.export.files.xlsx_file import write_xlsx  # noqa: PLC0415

    return write_xlsx(pages, document)


def _write_pptx(pages: Sequence[FilePage], document: RawFile) -> bytes:
    from server.export.files.pptx_file import write_pptx  # noqa: PLC0415

    return write_pptx(pages, document)


RESULT_FORMATS: Mapping[str, ResultFormat] = {
    "txt": ResultFormat("txt", "text/plain; charset=utf-8", write_text),
    "pdf": ResultFormat("pdf", "application/pdf", _write_pdf, pictures=True),
    "docx": ResultFormat("docx", f"{OOXML}wordprocessingml.document", _write_docx),
    "xlsx": ResultFormat("xlsx", f"{OOXML}spreadsheetml.sheet", _write_xlsx),
    "pptx": ResultFormat("pptx", f"{OOXML}presentationml.presentation", _write_pptx, pictures=True),
}
