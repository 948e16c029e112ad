"""The one door to Pillow: a header is read, nothing is decoded yet."""

from typing import IO

from PIL import Image

from server.errors import InvalidInputFile

# Our own cap is checked on every header before anything is decoded, and answers with the contract's message;
# Pillow's would refuse (or merely warn) while the header is read.
Image.MAX_IMAGE_PIXELS = None


def open_image(file: IO[bytes], formats: tuple[str, ...]) -> Image.Image:
    """Read an image's header.

    Args:
        file: seekable, at its start; stays open for as long as the image is used.
        formats: Pillow's names of the only formats that are tried.

    Raises:
        InvalidInputFile: the file is none of the formats, or its header is damaged.
    """
    try:
        return Image.open(file, formats=formats)
    except Exception as error:
        # Hostile headers make Pillow's plug-ins raise almost anything; all of it means the same to the caller.
        raise InvalidInputFile from error
