"""The sizes that models see, and the resizing of pages and lines to them.

All rules are the reference's (PaddleX 3.7), because a different size gives a different result.
"""

import math

import cv2
import numpy as np

from models.document import Image
from models.options import LimitType

DETECTION_STRIDE = 32
"""The detector's deepest feature map is 1/32 of its input, so sides are multiples of 32."""

MAX_LINE_WIDTH = 3200
"""The greatest width of the recogniser's input, in pixels. Longer lines are squeezed."""


def detection_shape(
    height: int, width: int, limit_side_len: int, limit_type: LimitType, max_side_limit: int
) -> tuple[int, int]:
    """The detector's input size for a page: (height, width) in pixels, multiples of 32.

    ``min`` enlarges the page until its shorter side reaches the limit; ``max`` shrinks it until its longer side does.
    After that, no side exceeds ``max_side_limit``.
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
    """Resize a page to the detector's (height, width), bilinearly.

    A page whose sides sum to less than 64 px is first padded with black to at least 32 x 32.
    """
    height, width = padded_size(*image.shape[:2])
    if (height, width) != image.shape[:2]:
        padded = np.zeros((height, width, 3), np.uint8)
        padded[: image.shape[0], : image.shape[1]] = image
        image = padded
    return image if image.shape[:2] == shape else _resize(image, shape[1], shape[0])


def line_widths(height: int, width: int, image_shape: tuple[int, int, int]) -> tuple[int, int]:
    """The widths of one line at the recogniser's height, in pixels: the text's own and the least padded one.

    The padded width is at least that of the model's nominal ``image_shape`` (3, H, W) and at most `MAX_LINE_WIDTH`.
    """
    _, line_height, nominal_width = image_shape
    ratio = width / float(height)
    padded = int(line_height * max(nominal_width / line_height, ratio))
    if padded > MAX_LINE_WIDTH:
        return MAX_LINE_WIDTH, MAX_LINE_WIDTH
    return min(math.ceil(line_height * ratio), padded), padded


def fitted_width(height: int, width: int, size: tuple[int, int]) -> int:
    """The width of an image that keeps its aspect ratio at the height of ``size`` (width, height), and fits into it."""
    return min(math.ceil(size[1] * width / height), size[0])


def resize_line(crop: Image, width: int, height: int) -> Image:
    """Resize one line crop to (height, width), bilinearly."""
    return _resize(crop, width, height)


def resize_short_side(image: Image, length: int) -> Image:
    """Scale an image bilinearly so that its shorter side has ``length`` pixels."""
    height, width = image.shape[:2]
    scale = length / min(height, width)
    return _resize(image, round(width * scale), round(height * scale))


def center_crop(image: Image, size: int) -> Image:
    """The middle ``size`` x ``size`` pixels. The image must be at least that large."""
    height, width = image.shape[:2]
    top, left = (height - size) // 2, (width - size) // 2
    return image[top : top + size, left : left + size]


def padded_size(height: int, width: int) -> tuple[int, int]:
    """The height and width of a page before it is resized.

    If the sides of a tiny page sum to less than 64 px, each side is at least 32 px.
    """
    return (max(32, height), max(32, width)) if height + width < 64 else (height, width)


def _to_stride(length: int) -> int:
    return max(round(length / DETECTION_STRIDE) * DETECTION_STRIDE, DETECTION_STRIDE)


def _resize(image: Image, width: int, height: int) -> Image:
    return np.asarray(cv2.resize(image, (width, height)), np.uint8)
