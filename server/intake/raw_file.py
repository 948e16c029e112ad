"""Bytes from outside, still undecoded."""

from dataclasses import dataclass
from enum import Enum


class FileKind(Enum):
    """What the caller says, or we inferred, the bytes are. Values are the contract's ``fileType``."""

    PDF = 0
    IMAGE = 1


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as it arrived.

    Attributes:
        data: the bytes, never parsed outside `server/decode`.
        kind: how they are to be read; content that is something else is an error, never a guess.
    """

    data: bytes
    kind: FileKind
