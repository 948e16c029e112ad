"""Makes a decoded image upright.

It has a file of its own, because the readers of PDF and TIFF need EXIF's values and not OpenCV, which is slow to load.
"""

from collections.abc import Callable

import cv2
import numpy as np

from models.document import Image


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
