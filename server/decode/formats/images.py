"""Decodes one still image with OpenCV, exactly as the reference does.

Alpha is dropped and not composited, 16 bits become 8, and grey becomes three channels. We apply the EXIF orientation
ourselves. So it is the same in every format and with every version of OpenCV, and the size from the header is final.
"""

import cv2
import numpy as np

from models.document import Image
from server.decode.formats.animated_png import without_animation
from server.decode.formats.headers import JPEG_MAGIC, PAM_MAGIC, PNG_MAGIC, ImageHeader
from server.decode.formats.upright import apply_orientation
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
    image = _pam_without_alpha(data) if header.alpha and data.startswith(PAM_MAGIC) else _decode(data, flags)
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


def decode_with_alpha(data: bytes) -> Image | None:
    """Decode one image with its alpha channel, as it is stored.

    Returns:
        uint8 (H, W, 4) BGRA; None if it is damaged, or if OpenCV gives it no alpha.
    """
    image = decode_unchanged(data)
    colours = None if image is None else in_eight_bits(image)
    if colours is None or colours.ndim != 3 or colours.shape[2] not in (2, 4):
        return None
    if colours.shape[2] == 2:
        grey, alpha = cv2.split(colours)
        return grey_with_alpha(grey, alpha)
    # OpenCV leaves the colours of a PAM in the order of the file, which is RGBA.
    swapped = cv2.cvtColor(colours, cv2.COLOR_RGBA2BGRA) if data.startswith(PAM_MAGIC) else colours
    return np.asarray(swapped, np.uint8)


def decode_unchanged(data: bytes) -> np.ndarray | None:
    """Decode one image to the channels and samples that OpenCV finds in it; None if it is damaged."""
    return _opencv_image(data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)


def in_eight_bits(image: np.ndarray) -> Image | None:
    """Take the upper byte of 16-bit samples, as OpenCV does without alpha; None if the samples are not integers."""
    if image.dtype == np.uint16:
        upper = image.astype("<u2", copy=False).view(np.uint8).reshape(*image.shape, 2)[..., 1]
        return np.asarray(upper, np.uint8, order="C")
    return np.asarray(image, np.uint8) if image.dtype == np.uint8 else None


def grey_with_alpha(grey: np.ndarray, alpha: np.ndarray) -> Image:
    """A grey image and its alpha, both uint8 (H, W), as (H, W, 4) BGRA."""
    return np.asarray(cv2.merge([grey, grey, grey, alpha]), np.uint8)


def _pam_without_alpha(data: bytes) -> Image | None:
    """Decode a PAM that has alpha.

    If OpenCV is to drop the alpha, it leaves a part of the picture as the memory was before: other people's pages.
    """
    image = decode_with_alpha(data)
    return None if image is None else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), np.uint8)


def _decode(data: bytes, flags: int) -> Image | None:
    image = _opencv_image(data, flags)
    return None if image is None or image.dtype != np.uint8 else np.asarray(image, np.uint8)


def _opencv_image(data: bytes, flags: int) -> np.ndarray | None:
    still = without_animation(data) if data.startswith(PNG_MAGIC) else data
    try:
        return cv2.imdecode(np.frombuffer(still, np.uint8), flags)
    except (cv2.error, MemoryError):
        return None
