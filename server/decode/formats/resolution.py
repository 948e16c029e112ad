"""The resolution of an image, as its file says it: dots per inch along x and along y."""

import math
from collections.abc import Mapping
from typing import Literal

from server.decode.formats.exif import byte_order

Resolution = tuple[float, float]
"""Dots per inch along x and along y."""

METRES_PER_INCH = 0.0254
CENTIMETRES_PER_INCH = 2.54
LOWEST, HIGHEST = 30.0, 4800.0
"""Scanners and fax machines have from 50 to 4800 dots per inch."""
MOST_UNEQUAL = 4.5
"""A fax of 204 x 49 dots per inch is the most unequal that machines send."""
LONGEST_INCHES = 48.0
"""A longer page is a photo whose file says 72 because something must stand there. A0 is 46.8 inches long."""
X_TAG, Y_TAG, UNIT_TAG = 0x011A, 0x011B, 0x0128
NO_UNIT, INCH, CENTIMETRE = 1, 2, 3
RATIONAL = 5
"""The type of both numbers (TIFF 6.0, section 2): two 32-bit numbers without a sign, numerator and denominator."""


def believable(size: tuple[float, float], *found: Resolution | None) -> Resolution | None:
    """The first resolution that a page could have; None if all are absent or absurd.

    Args:
        size: width and height of the image in pixels.
        found: what the places of the file say, along the same sides, the most trusted one first.
    """
    return next((dots for dots in found if dots is not None and _possible(size, dots)), None)


def _possible(size: tuple[float, float], dots: Resolution) -> bool:
    if not all(math.isfinite(along) and LOWEST <= along <= HIGHEST for along in dots):
        return False
    longest = max(pixels / along for pixels, along in zip(size, dots, strict=True))
    return max(dots) <= MOST_UNEQUAL * min(dots) and longest <= LONGEST_INCHES


def jfif_resolution(payload: bytes) -> Resolution | None:
    """The resolution in a JPEG's JFIF segment (JFIF 1.02, page 5); None if it only tells the shape of the pixels."""
    across, down = int.from_bytes(payload[8:10]), int.from_bytes(payload[10:12])
    inches = {b"\1": 1.0, b"\2": CENTIMETRES_PER_INCH}.get(payload[7:8])
    return (across * inches, down * inches) if payload[:5] == b"JFIF\0" and inches else None


def png_resolution(chunk: bytes) -> Resolution | None:
    """The resolution in a PNG's pHYs chunk (PNG 3rd edition, 11.3.4.3); None if it only tells the pixels' shape."""
    across, down = int.from_bytes(chunk[:4]), int.from_bytes(chunk[4:8])
    return (across * METRES_PER_INCH, down * METRES_PER_INCH) if chunk[8:9] == b"\1" else None


def exif_resolution(block: bytes, entries: Mapping[int, bytes]) -> Resolution | None:
    """The resolution in an EXIF block; None if it is damaged or has none. No input raises.

    Args:
        block: the whole block, which holds the numbers.
        entries: its directory; see `exif_entries`.
    """
    order = byte_order(block)
    across, down = (_rational(block, entries.get(tag, b""), order) for tag in (X_TAG, Y_TAG))
    if across is None or down is None:
        return None
    return tag_resolution(across, down, int.from_bytes(entries.get(UNIT_TAG, b"")[6:8], order))


def tag_resolution(across: object, down: object, unit: object) -> Resolution | None:
    """The resolution in the three tags of TIFF and EXIF; None if they are damaged.

    Without a unit the numbers count as dots per inch. Fax servers leave it out, and programs for TIFF take it so.
    """
    inches = CENTIMETRES_PER_INCH if unit == CENTIMETRE else 1.0
    return pillow_resolution((across, down), inches) if unit in (None, 0, NO_UNIT, INCH, CENTIMETRE) else None


def pillow_resolution(found: object, inches: float = 1.0) -> Resolution | None:
    """The two numbers that Pillow found, times a unit; None if it found none, or no finite ones."""
    if not (isinstance(found, tuple) and len(found) == 2):
        return None
    try:
        across, down = float(found[0]) * inches, float(found[1]) * inches
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return (across, down) if math.isfinite(across) and math.isfinite(down) else None


def _rational(block: bytes, entry: bytes, order: Literal["little", "big"]) -> float | None:
    """The number that a directory's entry leads to; None if there is none."""
    if int.from_bytes(entry[:2], order) != RATIONAL:
        return None
    at = int.from_bytes(entry[6:10], order)
    above, below = int.from_bytes(block[at : at + 4], order), int.from_bytes(block[at + 4 : at + 8], order)
    return above / below if below else None
