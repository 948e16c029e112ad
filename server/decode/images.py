"""Pixels of one still image, by OpenCV, exactly as the reference reads them.

Alpha is dropped and not composited unless the caller asks for that, 16 bits become 8, grey becomes three channels; EXIF
orientation is applied by us, so that it is the same in every format and OpenCV version, and the size announced from the
header is the final one.
"""

import cv2
import numpy as np

from models.document import Image
from server.decode.exif import apply_orientation
from server.decode.headers import JPEG_MAGIC, ImageHeader
from server.errors import InvalidInputFile

JPEG_END = b"\xff\xd9"
DARK, VISIBLE, WHITE = 128, 128, 255


def decode_image(data: bytes, header: ImageHeader, *, flatten: bool = False) -> Image:
    """Decode one image.

    Args:
        data: the file.
        header: what `read_header` said, already checked against the pixel cap.
        flatten: see `server.intake.raw_file.RawFile`.

    Returns:
        uint8 (H, W, 3) BGR, upright.

    Raises:
        InvalidInputFile: damaged, or its pixels are not of the size its header announced.
    """
    image = _decode_flat(data) if flatten and header.alpha else _decode_opaque(data)
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


def _decode_opaque(data: bytes) -> Image | None:
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = _decode(data, flags)
    if image is None and data.startswith(JPEG_MAGIC):
        # A photo cut off in transfer still has its upper part, which OpenCV 4 returned and OpenCV 5 does not.
        image = _decode(data + JPEG_END, flags)
    return image


def _decode_flat(data: bytes) -> Image | None:
    """The picture on white, or on black where what can be seen of it is light: so that it stands out."""
    image = _decode(data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if image is None or image.ndim != 3 or image.shape[2] != 4:
        # Its header promised alpha, and its decoder found none.
        return _decode_opaque(data)
    alpha = np.ascontiguousarray(image[:, :, 3])
    colour = cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    if alpha.min() < WHITE:
        grey, seen = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), cv2.inRange(alpha, VISIBLE, WHITE)
        cover = cv2.merge([alpha] * 3)
        colour = cv2.multiply(colour, cover, scale=1 / WHITE)
        if cv2.mean(grey, seen)[0] < DARK:
            colour = cv2.add(colour, cv2.bitwise_not(cover))
    return np.asarray(colour, np.uint8)


def _decode(data: bytes, flags: int) -> Image | None:
    """None where it is damaged; 16 bits, which only an image of unchanged depth has, become 8."""
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except (cv2.error, MemoryError):
        return None
    if image is not None and image.dtype == np.uint16:
        image = (np.asarray(image, np.uint16) >> 8).astype(np.uint8)
    return None if image is None or image.dtype != np.uint8 else np.asarray(image, np.uint8)
