"""What the server and a decode worker say to each other: small JSON messages; files and pixels travel as descriptors.

A worker parses hostile bytes and may be taken over by them, so its answers are validated like any other input.
"""

from typing import Literal

import msgspec

FileFormat = Literal["pdf", "tiff", "gif", "image"]
"""``tiff`` and ``gif`` are read frame by frame; ``image`` is the still image at the start of a file, by OpenCV."""


class OutlineJob(msgspec.Struct, frozen=True, tag="outline"):
    """Open a file and list its pages. Carries one descriptor: the file."""

    document: int
    format: FileFormat
    limit: int | None


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


class CloseJob(msgspec.Struct, frozen=True, tag="close"):
    """Drop the open file, if it is this one. Has no answer."""

    document: int


Job = OutlineJob | PageJob | CloseJob


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has confined itself and waits for its first job."""


class Outline(msgspec.Struct, frozen=True, tag="outline"):
    """The number of pages, and width and height of the first ones: points in a PDF, else pixels."""

    total: int
    sizes: tuple[tuple[float, float], ...]


class PageDone(msgspec.Struct, frozen=True, tag="done"):
    """The pixels are in the memory that came with the job: BGR, row by row, no padding."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The file, or this page of it, cannot be read."""


Answer = Ready | Outline | PageDone | Refused
