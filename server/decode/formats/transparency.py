"""Composites pictures with transparent pixels on a background that contrasts with them. Runs in a worker only."""

import io
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Jpeg2KImagePlugin  # noqa: F401 - registers the format

from models.document import Image
from server.decode.formats.headers import ImageHeader
from server.decode.formats.images import (
    decode_image,
    decode_unchanged,
    decode_with_alpha,
    grey_with_alpha,
    in_eight_bits,
)
from server.decode.formats.jpeg2000 import CODESTREAM_MAGIC, JP2_MAGIC
from server.decode.formats.pillow import open_image
from server.decode.formats.upright import apply_orientation
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
    image = _with_alpha(data, header) if header.alpha else None
    if image is None:
        return decode_image(data, header)
    if image.shape[1::-1] != header.stored:
        raise InvalidInputFile
    background = contrasting_background(_strips(image, overlap=1))
    if background is not None:
        for part in _strips(image):
            composite(part, background)
    return apply_orientation(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), np.uint8), header.orientation)


def _with_alpha(data: bytes, header: ImageHeader) -> Pixels | None:
    """Decode to uint8 (H, W, 4) BGRA; None if the file is damaged or has no alpha."""
    if header.clear_shade is not None:
        return _without_shade(data, header.clear_shade)
    image = decode_with_alpha(data)
    if image is None and data.startswith((JP2_MAGIC, CODESTREAM_MAGIC)):
        return _jpeg2000_with_alpha(data)
    return image


def _without_shade(data: bytes, shade: int) -> Pixels | None:
    """Decode a grey PNG of which one shade is transparent."""
    image = decode_unchanged(data)
    grey = None if image is None or image.ndim != 2 else in_eight_bits(image)
    return None if grey is None else grey_with_alpha(grey, np.where(image == shade, 0, WHITE).astype(np.uint8))


def _jpeg2000_with_alpha(data: bytes) -> Pixels | None:
    """Decode what OpenCV decodes without its alpha, or not at all: grey with alpha, and palettes."""
    with open_image(io.BytesIO(data), ("JPEG2000",)) as image:
        if not image.has_transparency_data:
            return None
        return np.asarray(cv2.cvtColor(np.asarray(image.convert("RGBA")), cv2.COLOR_RGBA2BGRA), np.uint8)


def contrasting_background(strips: Iterable[Pixels]) -> int | None:
    """The background: white if the visible pixels beside transparent ones are dark, else black.

    Pixels inside a panel do not count. It is None if no visible pixel is beside a transparent one, so that alpha shows
    nothing.

    Args:
        strips: of an image, uint8 (H, W, 4) BGRA, from top to bottom. Each overlaps the one before by a row.
    """
    brightness, count = 0.0, 0
    for part in strips:
        gone = cv2.inRange(cv2.extractChannel(part, 3), 0, VISIBLE - 1)
        edge = cv2.bitwise_and(cv2.dilate(gone, AROUND), cv2.bitwise_not(gone))
        edges = cv2.countNonZero(edge)
        if edges:
            brightness += cv2.mean(cv2.cvtColor(part, cv2.COLOR_BGRA2GRAY), edge)[0] * edges
            count += edges
    if not count:
        return None
    return WHITE if brightness < DARK * count else BLACK


def composite(image: Pixels, background: int) -> None:
    """Composite the colours of an image, uint8 (H, W, 4) BGRA, with the background, in place."""
    alpha = cv2.extractChannel(image, 3)
    cover = cv2.merge([alpha, alpha, alpha, np.full_like(alpha, WHITE)])
    cv2.multiply(image, cover, dst=image, scale=1 / WHITE)
    if background == WHITE:
        cv2.add(image, cv2.bitwise_not(cover), dst=image)


def _strips(image: Pixels, overlap: int = 0) -> Iterator[Pixels]:
    for top in range(0, image.shape[0], ROWS):
        yield image[max(0, top - overlap) : top + ROWS]
