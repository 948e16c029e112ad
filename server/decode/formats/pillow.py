"""The only entrance to Pillow. It reads a header and decodes nothing."""

from typing import IO

from PIL import Image

from server.errors import InvalidInputFile

# We check our own cap on every header before anything is decoded, and use the contract's message. Pillow's cap would
# refuse, or only warn, while the header is read.
Image.MAX_IMAGE_PIXELS = None


def open_image(file: IO[bytes], formats: tuple[str, ...]) -> Image.Image:
    """Read an image's header.

    Args:
        file: seekable, at its start. It must stay open as long as the image is used.
        formats: Pillow's names of the formats to try.

    Raises:
        InvalidInputFile: the file is none of the formats, or its header is damaged.
    """
    try:
        return Image.open(file, formats=formats)
    except Exception as error:
        # With hostile headers, Pillow's plug-ins raise almost any exception. All mean the same to the caller.
        raise InvalidInputFile from error
