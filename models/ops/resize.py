"""Sizes that the models see, and the resizing that gets a page or a line there.

All rules are the reference's (PaddleX 3.7), because a different size is a different answer.
"""

import math

import cv2
import numpy as np

from models.document import Image
from models.options import LimitType

DETECTION_STRIDE = 32
"""The detector's deepest feature map is 1/32 of its input, so sides are multiples of 32."""

MAX_LINE_WIDTH = 3200
"""Longest recogniser input in pixels; longer lines are squeezed."""


def detection_shape(
    height: int, width: int, limit_side_len: int, limit_type: LimitType, max_side_limit: int
) -> tuple[int, int]:
    """The detector's input size for a page: (height, width) in pixels, multiples of 32.

    ``min`` enlarges until the shorter side reaches the limit, ``max`` shrinks until the longer side does. Neither side
    may then exceed ``max_side_limit``, whatever was asked for.
    """
    height, width = padded_size(height, width)
    ratio = 1.0
    if limit_type == "max" and max(height, width) > limit_side_len:
        ratio = float(limit_side_len) / max(height, width)
    elif limit_type == "min" and min(height, width) < limit_side_len:
        ratio = float(limit_side_len) / min(height, width)
    new_height, new_width = int(height * ratio), int(width * ratio)
    if max(new_height, new_width) > max_side_limit:
        ratio = float(max_side_limit) / max(new_height, new_width)
        new_height, new_width = int(new_height * ratio), int(new_width * ratio)
    return _to_stride(new_height), _to_stride(new_width)


def resize_page(image: Image, shape: tuple[int, int]) -> Image:
    """Resize a page to the detector's (height, width), bilinear.

    A page whose sides sum to less than 64 px is first padded with black to at least 32 x 32.
    """
    height, width = padded_size(*image.shape[:2])
    if (height, width) != image.shape[:2]:
        padded = np.zeros((height, width, 3), np.uint8)
        padded[: image.shape[0], : image.shape[1]] = image
        image = padded
    return image if image.shape[:2] == shape else _resize(image, shape[1], shape[0])


def line_widths(height: int, width: int, image_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Widths of one line at the recogniser's height: (the text's own, the least padded one), in pixels.

    The padded width is at least that of the model's nominal ``image_shape`` (3, H, W) and at most `MAX_LINE_WIDTH`.
    """
    _, line_height, nominal_width = image_shape
    ratio = width / float(height)
    padded = int(line_height * max(nominal_width / line_height, ratio))
    if padded > MAX_LINE_WIDTH:
        return MAX_LINE_WIDTH, MAX_LINE_WIDTH
    return min(math.ceil(line_height * ratio), padded), padded


def resize_line(crop: Image, width: int, height: int) -> Image:
    """Resize one line crop to (height, width), bilinear."""
    return _resize(crop, width, height)


def resize_short_side(image: Image, length: int) -> Image:
    """Scale so that the shorter side has ``length`` pixels, bilinear."""
    height, width = image.shape[:2]
    scale = length / min(height, width)
    return _resize(image, round(width * scale), round(height * scale))


def center_crop(image: Image, size: int) -> Image:
    """The middle ``size`` x ``size`` pixels; the image must be at least that large."""
    height, width = image.shape[:2]
    top, left = (height - size) // 2, (width - size) // 2
    return image[top : top + size, left : left + size]


def padded_size(height: int, width: int) -> tuple[int, int]:
    """The size that a page has before it is resized: a tiny one (sides of less than 64 px together) gets 32 px each."""
    return (max(32, height), max(32, width)) if height + width < 64 else (height, width)


def _to_stride(length: int) -> int:
    return max(round(length / DETECTION_STRIDE) * DETECTION_STRIDE, DETECTION_STRIDE)


def _resize(image: Image, width: int, height: int) -> Image:
    return np.asarray(cv2.resize(image, (width, height)), np.uint8)
