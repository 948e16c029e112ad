"""Reads the EXIF orientation from its raw block, and applies it to a decoded image."""

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np

from models.document import Image

ORIENTATION_TAG = 0x0112
ENTRY_BYTES = 12


def exif_orientation(block: bytes) -> int:
    """The orientation in an EXIF block (a TIFF header and its first directory, TIFF 6.0 section 2).

    Returns:
        1 to 8; 1 (upright) if the block is damaged or has none. No input raises: slices after the end are empty.
    """
    order: Literal["little", "big"] = "big" if block[:2] == b"MM" else "little"
    directory = int.from_bytes(block[4:8], order)
    count = int.from_bytes(block[directory : directory + 2], order)
    first = directory + 2
    for at in range(first, min(first + count * ENTRY_BYTES, len(block)), ENTRY_BYTES):
        if int.from_bytes(block[at : at + 2], order) == ORIENTATION_TAG:
            value = int.from_bytes(block[at + 8 : at + 10], order)
            return value if 1 <= value <= 8 else 1
    return 1


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
