"""Decodes one still image with OpenCV, exactly as the reference does.

Alpha is dropped and not composited, 16 bits become 8, and grey becomes three channels. We apply the EXIF orientation
ourselves. So it is the same in every format and with every version of OpenCV, and the size from the header is final.
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
        header: from `read_header`, already checked against the pixel cap.

    Returns:
        uint8 (H, W, 3) BGR, upright.

    Raises:
        InvalidInputFile: it is damaged, or its size is not the size in its header.
    """
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = _decode(data, flags)
    if image is None and data.startswith(JPEG_MAGIC):
        # A photo that was cut off in transfer still has its upper part. OpenCV 4 returned it, OpenCV 5 does not.
        image = _decode(data + JPEG_END, flags)
    if image is None or image.shape != (header.stored[1], header.stored[0], 3):
        raise InvalidInputFile
    return apply_orientation(image, header.orientation)


def decode_frame(data: bytes) -> Image:
    """Decode the first frame of a TIFF. OpenCV's own TIFF reader makes it upright.

    Returns:
        uint8 (H, W, 3) BGR. The caller compares its size with the announced one.

    Raises:
        InvalidInputFile: it is damaged.
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
