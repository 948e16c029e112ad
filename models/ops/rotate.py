"""Quarter turns of an image, with the reference's one-pixel border."""

from typing import Literal

import numpy as np

from models.document import Image

Angle = Literal[0, 90, 180, 270]


def rotate_image(image: Image, angle: Angle) -> Image:
    """Turn an image counter-clockwise.

    The reference turns about (w/2, h/2) in pixel indices, where the middle of the pixels is ((w-1)/2, (h-1)/2). Its
    result is therefore the exact quarter turn moved by one pixel: for 90 degrees the top row, for 270 degrees the left
    column and for 180 degrees both are black, and the pixels on the opposite edge are lost. Detection and recognition
    see those pixels, so identical answers need them; a copy gives the same bytes as its cubic warp, and is faster.

    Args:
        image: uint8 (H, W, 3).
        angle: degrees counter-clockwise.

    Returns:
        uint8 (H, W, 3) for 180, (W, H, 3) for 90 and 270, contiguous; ``image`` itself for 0.

    Raises:
        ValueError: ``angle`` is not a quarter turn.
    """
    if angle == 0:
        return image
    if angle not in (90, 180, 270):
        raise ValueError(f"angle must be 0, 90, 180 or 270, not {angle}")
    turned = np.rot90(image, angle // 90)
    top = 0 if angle == 270 else 1
    left = 0 if angle == 90 else 1
    height, width = turned.shape[:2]
    rotated = np.zeros(turned.shape, dtype=np.uint8)
    rotated[top:, left:] = turned[: height - top, : width - left]
    return rotated
