"""A file from outside, before it is decoded."""

from dataclasses import dataclass, field
from enum import Enum


class FileKind(Enum):
    """The kind of a file, named by the caller or inferred by us. Values are the core contract's ``fileType``, if any.

    ``OFFICE`` is a document of Word, Excel or PowerPoint, old or new, plain or encrypted.
    """

    PDF = 0
    IMAGE = 1
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as it arrived.

    Attributes:
        data: the bytes. They are never parsed outside `server/decode`.
        kind: the kind that they are read as. Other content is an error; the kind is never guessed.
        password: opens an encrypted PDF or Office document; ignored for other files.
        composite_alpha: whether transparent pixels of an image are composited on a background. Otherwise their colours
            count as if they were opaque, as the core contract says.
        keep_active_content: whether a PDF made from this one keeps its scripts, actions and attached files.
    """

    data: bytes
    kind: FileKind
    password: str | None = field(default=None, repr=False)
    composite_alpha: bool = False
    keep_active_content: bool = False

    @property
    def as_the_reference(self) -> bool:
        """Whether the file is read as the core contract's reference reads it, even where that shows less of it."""
        return not self.composite_alpha
