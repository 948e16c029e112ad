"""Pixels of one still image, by OpenCV, exactly as the reference reads them.

Alpha is dropped and not composited, 16 bits become 8, grey becomes three channels; EXIF orientation is applied by us,
so that it is the same in every format and OpenCV version, and the size announced from the header is the final one.
"""

import cv2
import numpy as np

from models.document import Image
from server.decode.formats.exif import apply_orientation
from server.decode.formats.headers import JPEG_MAGIC, ImageHeader
from server.errors import InvalidInputFile

JPEG_END = b"\xff\xd9"


def decode_image(data: bytes, header: ImageHeader) -> Image:
    """Decode one image.

    Args:
        data: the file.
        header: what `read_header` said, already checked against the pixel cap.

    Returns:
        uint8 (H, W, 3) BGR, upright.

    Raises:
        InvalidInputFile: damaged, or its pixels are not of the size its header announced.
    """
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = _decode(data, flags)
    if image is None and data.startswith(JPEG_MAGIC):
        # A photo cut off in transfer still has its upper part, which OpenCV 4 returned and OpenCV 5 does not.
        image = _decode(data + JPEG_END, flags)
    if image is None or image.shape != (header.stored[1], header.stored[0], 3):
        raise InvalidInputFile
    return apply_orientation(image, header.orientation)


def decode_frame(data: bytes) -> Image:
    """Decode the first frame of a TIFF, turned upright by OpenCV's own TIFF reader.

    Returns:
        uint8 (H, W, 3) BGR. The caller checks its size against what was announced.

    Raises:
        InvalidInputFile: damaged.
    """
    image = _decode(data, cv2.IMREAD_COLOR)
    if image is None:
        raise InvalidInputFile
    return image


def _decode(data: bytes, flags: int) -> Image | None:
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except (cv2.error, MemoryError):
        return None
    return None if image is None or image.dtype != np.uint8 else np.asarray(image, np.uint8)
