"""The finished pages of a job, one behind the other in bytes that grow. A page that is in them is not read again.

Each entry has a head with its lengths and a checksum. Only the last one can have been cut off by the end of a server.
Then it is no entry, and the next one takes its place.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

MAGIC = b"PAGE"
_HEAD = struct.Struct("<4sIIII")
"""The magic, the page's number, the lengths of its note and of its content, and the checksum of both."""

Part = Callable[[int, int], bytes]
"""Gives so many bytes from a place on; fewer where the bytes end."""


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One entry.

    Attributes:
        number: of the page, from 1 on; 0 for what is kept of the document itself.
        note: a few facts of the page. All notes of a job are read together.
        start: where its content begins.
        length: bytes of its content.
        checksum: of the note and the content.
    """

    number: int
    note: bytes
    start: int
    length: int
    checksum: int

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + self.length


def encode_entry(number: int, note: bytes, content: bytes, at: int) -> tuple[PageEntry, bytes]:
    """Make an entry that begins at a place. Gives it, and its bytes."""
    checksum = zlib.crc32(content, zlib.crc32(note))
    head = _HEAD.pack(MAGIC, number, len(note), len(content), checksum)
    start = at + len(head) + len(note)
    return PageEntry(number, note, start, len(content), checksum), b"".join((head, note, content))


def read_entries(part: Part, size: int) -> list[PageEntry]:
    """All whole entries, in the order in which the pages were finished.

    Args:
        part: reads the bytes.
        size: how many there are.
    """
    entries: list[PageEntry] = []
    at = 0
    while at + _HEAD.size <= size:
        head = part(at, _HEAD.size)
        if len(head) < _HEAD.size:
            break  # The bytes were dropped meanwhile.
        magic, number, note_length, length, checksum = _HEAD.unpack(head)
        start = at + _HEAD.size + note_length
        if magic != MAGIC or start + length > size:
            break
        entries.append(PageEntry(number, part(at + _HEAD.size, note_length), start, length, checksum))
        at = start + length
    # A power cut may leave a last entry of the right length without its content. Those before it were on the disk.
    if entries and not is_whole(entries[-1], part(entries[-1].start, entries[-1].length)):
        entries.pop()
    return entries


def is_whole(entry: PageEntry, content: bytes) -> bool:
    """Whether this is the content of an entry."""
    return len(content) == entry.length and zlib.crc32(content, zlib.crc32(entry.note)) == entry.checksum
