"""What the server and a decode worker say to each other: small JSON messages; files and pixels travel as descriptors.

A worker parses hostile bytes and may be taken over by them, so its answers are validated like any other input.
"""

from typing import Literal

import msgspec

from server.children.sandbox import Protection

FileFormat = Literal["pdf", "tiff", "gif", "image", "composited_image"]
"""``tiff`` and ``gif`` are read frame by frame; ``image`` is the still image at the start of a file, by OpenCV, and
``composited_image`` the same with its transparent pixels composited on a background."""


Work = Literal["overlay_text", "plain_office", "characters"]
"""What can be made of a whole file; `server/decode/workers/whole_file_work.py` says what each is."""


MadeKind = Literal["pdf", "txt", "docx", "xlsx", "pptx", "doc", "xls", "ppt"]


class OutlineJob(msgspec.Struct, frozen=True, tag="outline"):
    """Open a file and list its pages. Carries one descriptor: the file."""

    document: int
    format: FileFormat
    limit: int | None
    password: str | None = None


class PageJob(msgspec.Struct, frozen=True, tag="page"):
    """Decode one page. Carries two descriptors: the file, and memory of exactly ``width * height * 3`` bytes.

    ``scale`` is pixels a point and matters to PDF only.
    """

    document: int
    format: FileFormat
    index: int
    width: int
    height: int
    scale: float = 1.0
    password: str | None = None


class WorkJob(msgspec.Struct, frozen=True, tag="work"):
    """Make something of a whole file.

    Carries three descriptors: the file, memory for the result, and a second file that the work may need.
    """

    document: int
    work: Work
    password: str | None = None


class CloseJob(msgspec.Struct, frozen=True, tag="close"):
    """Drop the open file, if it is this one. Has no answer."""

    document: int


Job = OutlineJob | PageJob | WorkJob | CloseJob


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has confined itself, as far as the system lets it, and waits for its first job."""

    protections: tuple[Protection, ...] = ()


class Outline(msgspec.Struct, frozen=True, tag="outline"):
    """The number of pages, and width and height of the first ones: points in a PDF, else pixels."""

    total: int
    sizes: tuple[tuple[float, float], ...]


class PageDone(msgspec.Struct, frozen=True, tag="done"):
    """The pixels are in the memory that came with the job: BGR, row by row, no padding."""


class Written(msgspec.Struct, frozen=True, tag="written"):
    """The result is in the memory that came with the job: its first ``length`` bytes.

    ``kind`` is the extension of the file that it is.
    """

    length: int
    kind: MadeKind


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The file, or this page of it, cannot be read: it is damaged, or no password or a wrong one came with it."""

    encrypted: bool = False


Answer = Ready | Outline | PageDone | Written | Refused
