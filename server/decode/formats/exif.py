"""Reads the values of a raw EXIF block, and applies its orientation to a decoded image."""

from collections.abc import Callable, Mapping
from typing import Literal

import cv2
import numpy as np

from models.document import Image

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


def apply_orientation(image: Image, orientation: int) -> Image:
    """Rotate and flip an image to be upright.

    Args:
        image: uint8 (H, W, 3) as stored.
        orientation: EXIF value 1 to 8.
    """
    steps: dict[int, Callable[[Image], np.ndarray]] = {
        2: lambda stored: cv2.flip(stored, 1),
        3: lambda stored: cv2.rotate(stored, cv2.ROTATE_180),
        4: lambda stored: cv2.flip(stored, 0),
        5: cv2.transpose,
        6: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_CLOCKWISE),
        7: lambda stored: cv2.rotate(cv2.transpose(stored), cv2.ROTATE_180),
        8: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_COUNTERCLOCKWISE),
    }
    return steps[orientation](image) if orientation in steps else image
