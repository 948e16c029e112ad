"""The messages between the server and a decode worker: small JSON. Files and pixels travel as descriptors.

The server sends commands, and the worker sends replies. A worker parses hostile bytes, and an attacker may control it.
So its replies are validated like any other input.
"""

from typing import Literal

import msgspec

from server.children.sandbox import Protection
from server.decode.formats.readers import PageNote

FileFormat = Literal[
    "pdf", "counted_pdf", "tiff", "gif", "image", "composited_tiff", "composited_gif", "composited_image"
]
"""``counted_pdf`` is a PDF that has no more pages than it claims. ``tiff`` and ``gif`` are read frame by frame.

``image`` is the still image at the start of a file, read by OpenCV. The ``composited`` ones are the same with their
transparent pixels composited on a background.
"""


Work = Literal["overlay_text", "mended_pdf", "plain_office", "characters"]
"""The kinds of work on a whole file. `server/decode/workers/whole_file_work.py` describes them."""


MadeKind = Literal["pdf", "txt", "docx", "xlsx", "pptx", "doc", "xls", "ppt"]


class OutlineCommand(msgspec.Struct, frozen=True, tag="outline"):
    """Open a file and list its pages. It carries one descriptor: the file."""

    document: int
    format: FileFormat
    limit: int | None
    password: str | None = None


class PageCommand(msgspec.Struct, frozen=True, tag="page"):
    """Decode one page. It carries two descriptors: the file, and memory of exactly ``width * height * 3`` bytes.

    ``scale`` is in pixels per point. Only PDF uses it.
    """

    document: int
    format: FileFormat
    index: int
    width: int
    height: int
    scale: float = 1.0
    password: str | None = None


class LayerCommand(msgspec.Struct, frozen=True, tag="layer"):
    """Read the text that a PDF page has of its own.

    It carries two descriptors: the file, and memory for the layer. ``width`` and ``height`` are those of the page as it
    would be rendered at ``scale``.
    """

    document: int
    index: int
    width: int
    height: int
    scale: float
    password: str | None = None


class MakeCommand(msgspec.Struct, frozen=True, tag="work"):
    """Make a result from a whole file.

    It carries three descriptors: the file, memory for the result, and a second file that the work may need.
    """

    document: int
    work: Work
    password: str | None = None


class CloseCommand(msgspec.Struct, frozen=True, tag="close"):
    """Close the open file, if it is this one. There is no reply."""

    document: int


Command = OutlineCommand | PageCommand | LayerCommand | MakeCommand | CloseCommand


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has confined itself, as far as the system allows, and waits for its first command."""

    protections: tuple[Protection, ...] = ()


class Outline(msgspec.Struct, frozen=True, tag="outline"):
    """The number of pages, and the width and height of the first ones: in points for a PDF, else in pixels.

    ``resolutions`` has their dots per inch along x and y, as the file says them; None where it says none.
    """

    total: int
    sizes: tuple[tuple[float, float], ...]
    resolutions: tuple[tuple[float, float] | None, ...]


class PageDone(msgspec.Struct, frozen=True, tag="done"):
    """The pixels are in the memory that came with the command: BGR, row by row, no padding.

    ``notes`` are codes of warnings about the page.
    """

    notes: tuple[PageNote, ...] = ()


class LayerRead(msgspec.Struct, frozen=True, tag="layer"):
    """The layer is in the memory that came with the command: its first ``length`` bytes."""

    length: int


class Written(msgspec.Struct, frozen=True, tag="written"):
    """The result is in the memory that came with the command: its first ``length`` bytes.

    ``kind`` is the file extension of the result.
    """

    length: int
    kind: MadeKind


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The file or this page cannot be read: it is damaged, or its password is missing or wrong."""

    encrypted: bool = False


Reply = Ready | Outline | PageDone | LayerRead | Written | Refused
