"""Composites pictures with transparent pixels on a background that contrasts with them. Runs in a worker only."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image
from server.decode.formats.exif import apply_orientation
from server.decode.formats.headers import ImageHeader
from server.decode.formats.images import decode_image
from server.errors import InvalidInputFile

Pixels = NDArray[np.uint8]

BLACK, WHITE = 0, 255
DARK, VISIBLE = 128, 64
"""A colour with a lower brightness is dark, and a pixel with a lower alpha counts as invisible."""
ROWS = 256
"""Rows that are processed at a time, to save memory."""
AROUND = np.ones((3, 3), np.uint8)


def decode_composited(data: bytes, header: ImageHeader) -> Image:
    """Decode one image as `decode_image` does, but composite its transparent pixels.

    Args:
        data: the file.
        header: from `read_header`, already checked against the pixel cap.

    Returns:
        uint8 (H, W, 3) BGR, upright.

    Raises:
        InvalidInputFile: it is damaged, or its size is not the size in its header.
    """
    image = _with_alpha(data) if header.alpha else None
    if image is None:
        return decode_image(data, header)
    if image.shape[1::-1] != header.stored:
        raise InvalidInputFile
    background = _background(image)
    if background is not None:
        for part in _strips(image):
            _composite(part, background)
    return apply_orientation(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), np.uint8), header.orientation)


def _with_alpha(data: bytes) -> Pixels | None:
    """Decode to uint8 (H, W, 4) BGRA; None if the file is damaged or has no alpha."""
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    except (cv2.error, MemoryError):
        return None
    if image is None or image.ndim != 3 or image.shape[2] != 4:
        return None
    if image.dtype == np.uint16:
        # This takes the upper byte of each sample, as OpenCV does without alpha.
        return np.asarray(image.astype("<u2", copy=False).view(np.uint8)[:, :, 1::2], np.uint8, order="C")
    return np.asarray(image, np.uint8) if image.dtype == np.uint8 else None


def _background(image: Pixels) -> int | None:
    """The background: white if the visible pixels beside transparent ones are dark, else black.

    Pixels inside a panel do not count. It is None if no visible pixel is beside a transparent one, so that alpha shows
    nothing.
    """
    brightness, count = 0.0, 0
    for part in _strips(image, overlap=1):
        gone = cv2.inRange(cv2.extractChannel(part, 3), 0, VISIBLE - 1)
        edge = cv2.bitwise_and(cv2.dilate(gone, AROUND), cv2.bitwise_not(gone))
        edges = cv2.countNonZero(edge)
        if edges:
            brightness += cv2.mean(cv2.cvtColor(part, cv2.COLOR_BGRA2GRAY), edge)[0] * edges
            count += edges
    if not count:
        return None
    return WHITE if brightness < DARK * count else BLACK


def _composite(image: Pixels, background: int) -> None:
    """Composite the colours with the background, in place."""
    alpha = cv2.extractChannel(image, 3)
    cover = cv2.merge([alpha, alpha, alpha, np.full_like(alpha, WHITE)])
    cv2.multiply(image, cover, dst=image, scale=1 / WHITE)
    if background == WHITE:
        cv2.add(image, cv2.bitwise_not(cover), dst=image)


def _strips(image: Pixels, overlap: int = 0) -> Iterator[Pixels]:
    for top in range(0, image.shape[0], ROWS):
        yield image[max(0, top - overlap) : top + ROWS]
