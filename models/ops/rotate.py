"""Rotates an image by multiples of 90 degrees, with the reference's one-pixel border."""

from typing import Literal

import numpy as np

from models.document import Image

Angle = Literal[0, 90, 180, 270]


def rotate_image(image: Image, angle: Angle) -> Image:
    """Rotate an image counter-clockwise.

    The reference rotates about (w/2, h/2) in pixel indices, but the middle of the pixels is ((w-1)/2, (h-1)/2). Its
    result is therefore the exact rotation, moved by one pixel. The top row is black for 90 degrees, the left column for
    270 degrees, both for 180 degrees; the pixels on the opposite edges are lost. Detection and recognition see this
    border, so the same border is needed for the same results. Copying gives the bytes of its cubic warp, and is faster.

    Args:
        image: uint8 (H, W, 3).
        angle: degrees counter-clockwise.

    Returns:
        uint8 (H, W, 3) for 180, (W, H, 3) for 90 and 270, contiguous; ``image`` itself for 0.

    Raises:
        ValueError: ``angle`` is not one of the four.
    """
    if angle == 0:
        return image
    if angle not in (90, 180, 270):
        raise ValueError(f"angle must be 0, 90, 180 or 270, not {angle}")
    exact = np.rot90(image, angle // 90)
    top = 0 if angle == 270 else 1
    left = 0 if angle == 90 else 1
    height, width = exact.shape[:2]
    moved = np.zeros(exact.shape, dtype=np.uint8)
    moved[top:, left:] = exact[: height - top, : width - left]
    return moved
