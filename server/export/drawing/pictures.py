"""Picture size and encoding: the contract's size cap, JPEG, PNG, and the reduction of very large pages."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.document import Image

JPEG_QUALITY = 95
MAX_JPEG_SIDE = 65_500
"""The JPEG_MAX_DIMENSION of libjpeg. The format itself allows 65,535."""
MAX_CANVAS_PIXELS = 64_000_000
"""A larger composed picture is drawn from a reduced page, if the size cap would shrink it at least as much."""


@dataclass(frozen=True, slots=True)
class Size:
    """The width and height in pixels."""

    width: int
    height: int


class PictureEncodingFailed(Exception):
    """OpenCV could not write a picture."""


def limited_size(size: Size, limit: tuple[int, int] | None) -> Size:
    """The size that a picture is scaled down to.

    The factor is the contract's. Sides are truncated and not rounded. So a square limit gives the sizes that clients
    know: a width of 2105 becomes 1999, not 2000. A side has at least one pixel, and no side grows.

    Args:
        size: of the composed picture.
        limit: largest width and height; None only applies the limit of the JPEG format.
    """
    width, height = _effective(limit)
    if size.width <= width and size.height <= height:
        return size
    wide = size.width / size.height > width / height
    factor = width / size.width if wide else height / size.height
    return Size(max(1, int(factor * size.width)), max(1, int(factor * size.height)))


def limit_size(image: Image, limit: tuple[int, int] | None) -> Image:
    """Scale a picture down bilinearly to its `limited_size`. A picture that fits is returned as it is."""
    height, width = image.shape[:2]
    return resized(image, limited_size(Size(width, height), limit))


def resized(image: Image, size: Size) -> Image:
    """Scale a picture bilinearly to exactly ``size``, like the contract's pictures."""
    if image.shape[:2] == (size.height, size.width):
        return image
    return np.asarray(cv2.resize(image, (size.width, size.height)), np.uint8)


def reduction(size: Size, limit: tuple[int, int] | None) -> int:
    """The whole number by which a page is divided before a picture of ``size`` is composed.

    It is 1 for every ordinary page. Above `MAX_CANVAS_PIXELS`, it is the smallest number that brings the picture below
    it. But it is never so large that the size cap would enlarge the result. Without a limit, a large picture stays
    large.
    """
    final = limited_size(size, limit)
    needed = math.ceil(math.sqrt(size.width * size.height / MAX_CANVAS_PIXELS))
    spare = min(size.width // final.width, size.height // final.height)
    return max(1, min(needed, spare))


def reduced(image: Image, divisor: int) -> Image:
    """Divide both sides of a page by a whole number. Pixels are averaged."""
    if divisor == 1:
        return image
    height, width = image.shape[:2]
    size = (max(1, width // divisor), max(1, height // divisor))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def encode_jpeg(image: Image) -> bytes:
    """Encode as JPEG, quality 95.

    Raises:
        PictureEncodingFailed: the picture is empty, or a side is longer than `MAX_JPEG_SIDE`.
    """
    if image.size == 0 or max(image.shape[:2]) > MAX_JPEG_SIDE:
        raise PictureEncodingFailed(f"cannot encode a picture of shape {image.shape} as JPEG")
    written, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        raise PictureEncodingFailed(f"cannot encode a picture of shape {image.shape} as JPEG")
    return data.tobytes()


def encode_png(image: Image) -> bytes:
    """Encode as PNG.

    Raises:
        PictureEncodingFailed: the picture is empty.
    """
    written, data = cv2.imencode(".png", image) if image.size else (False, np.empty(0, np.uint8))
    if not written:
        raise PictureEncodingFailed(f"cannot encode a picture of shape {image.shape} as PNG")
    return data.tobytes()


def _effective(limit: tuple[int, int] | None) -> tuple[int, int]:
    if limit is None:
        return MAX_JPEG_SIDE, MAX_JPEG_SIDE
    return min(limit[0], MAX_JPEG_SIDE), min(limit[1], MAX_JPEG_SIDE)
