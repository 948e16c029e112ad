"""Takes the animation out of a PNG, so that its decoder only sees the still image.

If the pixels of an animated PNG are damaged, OpenCV gives the picture as the memory was before, which may be another
caller's page. It refuses the same file without the animation.
"""

from server.errors import InvalidInputFile

SIGNATURE_BYTES = 8
ANIMATION_CONTROL = b"acTL"
ANIMATION = (ANIMATION_CONTROL, b"fcTL", b"fdAT")
"""The chunks of an animation (PNG 3rd edition, 11.3.6)."""
MAX_CHUNKS = 100_000
"""The greatest number of chunks in an animated file. Each is copied here."""


def without_animation(data: bytes) -> bytes:
    """A PNG's bytes without its animation; the same bytes if there is none.

    Raises:
        InvalidInputFile: it is an animation of too many chunks.
    """
    if ANIMATION_CONTROL not in data:
        return data
    kept, at = [data[:SIGNATURE_BYTES]], SIGNATURE_BYTES
    for _ in range(MAX_CHUNKS):
        name, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if name not in ANIMATION:
            kept.append(data[at:end])
        if name in (b"IEND", b""):
            return b"".join(kept)
        at = end
    raise InvalidInputFile
