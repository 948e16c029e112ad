"""A finished page as it is kept: its result, its Markdown and its pictures, with a note of facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from server.decode.document import DocumentInfo
from server.jobs.pages import PageEntry


class PageNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """A few facts of a page. They hold no content.

    Attributes:
        picture_bytes: of all its pictures.
        without_pictures: whether the pictures that show how it was read were left out for want of room.
    """

    picture_bytes: int = 0
    without_pictures: bool = False


class DocumentNote(msgspec.Struct, frozen=True):
    """The kept facts of the document itself.

    Attributes:
        info: its outline.
        wanted: how many of its pages are to be read.
    """

    info: DocumentInfo
    wanted: int


class KeptPage(msgspec.Struct, frozen=True):
    """A page.

    Attributes:
        pruned: its ``prunedResult`` as JSON in ASCII.
        markdown: its text; None for lines of text alone.
        is_start: whether it begins with a paragraph of its own.
        is_end: whether it ends with the end of a paragraph.
        vision: whether it has the shape of PaddleOCR-VL, whose Markdown does not tell the two before.
        images: the names of the pictures that the Markdown refers to.
        drawn: the pictures that show how it was read: file name by field.
        input_image: the file name of the page as it was sent; empty without pictures.
        preprocessed: the file name of the page as it was read; empty without pictures.
        pictures: JPEG by file name.
    """

    pruned: bytes
    markdown: str | None
    is_start: bool = True
    is_end: bool = True
    vision: bool = False
    images: tuple[str, ...] = ()
    drawn: dict[str, str] = {}
    input_image: str = ""
    preprocessed: str = ""
    pictures: dict[str, bytes] = {}

    @property
    def picture_bytes(self) -> int:
        """The bytes of all pictures."""
        return sum(map(len, self.pictures.values()))

    def without_drawn(self) -> "KeptPage":
        """The page without the pictures that show how it was read. Those of its Markdown stay."""
        kept = {name: self.pictures[name] for name in self.images}
        return msgspec.structs.replace(self, drawn={}, input_image="", preprocessed="", pictures=kept)


@dataclass(frozen=True, slots=True)
class Progress:
    """The kept facts of a job's document and pages.

    Attributes:
        document: None if it was not opened yet.
        pages: by number, each with its note.
    """

    document: DocumentNote | None
    pages: Mapping[int, tuple[PageEntry, PageNote]]


def progress_of(entries: Sequence[PageEntry]) -> Progress:
    """Decode the notes of a job's pages."""
    document = next((msgspec.json.decode(entry.note, type=DocumentNote) for entry in entries if not entry.number), None)
    pages = {entry.number: (entry, msgspec.json.decode(entry.note, type=PageNote)) for entry in entries if entry.number}
    return Progress(document, dict(sorted(pages.items())))


def encode_note(note: PageNote | DocumentNote) -> bytes:
    """The note of a page or of the document, as bytes."""
    return msgspec.json.encode(note)


def encode_page(page: KeptPage) -> bytes:
    """A page, as bytes."""
    return msgspec.msgpack.encode(page)


def decode_page(data: bytes) -> KeptPage:
    """A kept page."""
    return msgspec.msgpack.decode(data, type=KeptPage)
