"""The files that a document can be turned into, by the name that a request gives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.export.docx_file import write_docx
from server.export.file_page import FilePage
from server.export.plain_text import write_text
from server.export.pptx_file import write_pptx
from server.export.searchable_pdf import write_pdf
from server.export.xlsx_file import write_xlsx
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
    """

    extension: str
    media_type: str
    write: Callable[[Sequence[FilePage], RawFile], bytes]


RESULT_FORMATS: Mapping[str, ResultFormat] = {
    "txt": ResultFormat("txt", "text/plain; charset=utf-8", write_text),
    "pdf": ResultFormat("pdf", "application/pdf", write_pdf),
    "docx": ResultFormat("docx", f"{OOXML}wordprocessingml.document", write_docx),
    "xlsx": ResultFormat("xlsx", f"{OOXML}spreadsheetml.sheet", write_xlsx),
    "pptx": ResultFormat("pptx", f"{OOXML}presentationml.presentation", write_pptx),
}
