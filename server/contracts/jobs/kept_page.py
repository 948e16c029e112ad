"""A finished page as it is kept: its item of ``ocrResults``, what result files need of it, and a note of facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from models.document import Source
from models.reading_aids import ReadingWarning, WarningCode
from server.contracts.paddlex_shapes.diagnostics import PageFacts
from server.decode.document import DocumentInfo
from server.export.files.file_page import FilePage
from server.jobs.pages import PageEntry

ONE_PICTURE: tuple[Source, ...] = ("picture",)


class PageNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """A few facts of a page. They hold no content.

    Attributes:
        item: bytes of its item of ``ocrResults``.
        reason: why it could not be read; empty if it was.
        turned: whether it was rotated or unwarped before it was read.
        seconds: wall time by stage.
        warnings: codes, one for each line or page that has it.
        sources: where the text of each line comes from; empty if all of it was recognised.
        lines: their number.
    """

    item: int = 0
    reason: str = ""
    turned: bool = False
    seconds: dict[str, float] = {}
    warnings: tuple[WarningCode, ...] = ()
    sources: tuple[Source, ...] = ()
    lines: int = 0


class DocumentNote(msgspec.Struct, frozen=True):
    """The kept facts of the document itself.

    Attributes:
        info: its outline.
        wanted: how many of its pages are to be read.
    """

    info: DocumentInfo
    wanted: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The kept facts of a job's document and pages.

    Attributes:
        document: None if it was not opened yet.
        pages: the pages that are finished, in the order in which they were, each with its note.
    """

    document: DocumentNote | None
    pages: Sequence[tuple[PageEntry, PageNote]]

    @property
    def read(self) -> list[tuple[PageEntry, PageNote]]:
        """The pages that were read, by number."""
        return sorted(((entry, note) for entry, note in self.pages if not note.reason), key=lambda page: page[0].number)

    @property
    def failed(self) -> list[tuple[int, str]]:
        """Number and reason of the pages that could not be read, by number."""
        return sorted((entry.number, note.reason) for entry, note in self.pages if note.reason)

    def facts(self) -> list[PageFacts]:
        """The facts of the pages that were read, for warnings and diagnostics."""
        return [
            PageFacts(
                entry.number - 1,
                note.seconds,
                tuple(ReadingWarning(code, entry.number - 1) for code in note.warnings),
                note.sources or ONE_PICTURE * note.lines,
            )
            for entry, note in self.read
        ]


def progress_of(entries: Sequence[PageEntry]) -> Progress:
    """Decode the notes of a job's pages."""
    document = next((decode_document(entry.note) for entry in entries if not entry.number), None)
    pages = [(entry, msgspec.json.decode(entry.note, type=PageNote)) for entry in entries if entry.number]
    return Progress(document, pages)


def chosen_pages(ranges: Sequence[tuple[int, int]], info: DocumentInfo) -> list[int]:
    """The numbers of the pages that are read, from 1 on.

    Args:
        ranges: first and last pages; none for all pages.
        info: the document's outline. Pages beyond the limits are left out.
    """
    last = info.processed_pages
    wanted = ranges or ((1, last),)
    return sorted({number for first, end in wanted for number in range(first, min(end, last) + 1)})


def encode_document(note: DocumentNote) -> bytes:
    """The kept facts of a document, as bytes."""
    return msgspec.json.encode(note)


def decode_document(data: bytes) -> DocumentNote:
    """The kept facts of a document."""
    return msgspec.json.decode(data, type=DocumentNote)


def encode_page(page: FilePage) -> bytes:
    """A page of result files, as bytes."""
    return msgspec.msgpack.encode(page, enc_hook=_plain)


def decode_page(data: bytes) -> FilePage:
    """A kept page of result files."""
    return msgspec.msgpack.decode(data, type=FilePage, dec_hook=_array)


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise NotImplementedError(f"a page holds a {type(value).__name__}")


def _array(_kind: type, value: Any) -> object:
    return np.array(value, np.int32)
