"""Bytes from outside, still undecoded."""

from dataclasses import dataclass, field
from enum import Enum


class FileKind(Enum):
    """What the caller says, or we inferred, the bytes are. Values are the core contract's ``fileType``, if it has one.

    ``OFFICE`` is a document of Word, Excel or PowerPoint, old or new, plain or encrypted.
    """

    PDF = 0
    IMAGE = 1
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as it arrived.

    Attributes:
        data: the bytes, never parsed outside `server/decode`.
        kind: how they are to be read; content that is something else is an error, never a guess.
        password: opens an encrypted PDF or Office document; of no consequence to other files.
        composite_alpha: transparent pixels of a PNG or WebP picture show the background that they are composited on;
            otherwise their colours count as if they were opaque, as the core contract says.
    """

    data: bytes
    kind: FileKind
    password: str | None = field(default=None, repr=False)
    composite_alpha: bool = False
