"""Reads the values of a raw EXIF block."""

from collections.abc import Mapping
from typing import Literal

ORIENTATION_TAG = 0x0112
ENTRY_BYTES = 12


def byte_order(block: bytes) -> Literal["little", "big"]:
    """The order of the bytes in an EXIF block's numbers."""
    return "big" if block[:2] == b"MM" else "little"


def exif_entries(block: bytes) -> dict[int, bytes]:
    """The ten bytes after each tag of an EXIF block's first directory. Of equal tags the first counts.

    They are the type, the count, and the value or its place: two, four and four bytes (TIFF 6.0, section 2). No input
    raises: slices after the end are empty.
    """
    order = byte_order(block)
    directory = int.from_bytes(block[4:8], order)
    count = int.from_bytes(block[directory : directory + 2], order)
    first = directory + 2
    entries: dict[int, bytes] = {}
    for at in range(first, min(first + count * ENTRY_BYTES, len(block)), ENTRY_BYTES):
        entries.setdefault(int.from_bytes(block[at : at + 2], order), block[at + 2 : at + ENTRY_BYTES])
    return entries


def exif_orientation(block: bytes, entries: Mapping[int, bytes]) -> int:
    """The orientation in an EXIF block: 1 to 8; 1 (upright) if the block is damaged or has none. No input raises.

    Args:
        block: the whole block.
        entries: its directory; see `exif_entries`.
    """
    value = int.from_bytes(entries.get(ORIENTATION_TAG, b"")[6:8], byte_order(block))
    return value if 1 <= value <= 8 else 1


def swaps_sides(orientation: int) -> bool:
    """Whether an image with this orientation lies on its side in the file."""
    return orientation >= 5
