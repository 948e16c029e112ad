"""Encodes the pixels of a page for a result file.

A page of two colours, such as a bilevel scan, is CCITT Group 4 or a PNG of one bit for each pixel. Other pages are PNG
or JPEG, whichever is smaller. A PNG is lossless. It has up to 256 colours as numbers of a palette.
"""

import io
from collections.abc import Collection, Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

# These imports register the two formats. Without them Pillow would import all its plug-ins.
from PIL import Image as Pillow
from PIL import PngImagePlugin, TiffImagePlugin  # noqa: F401

from models.document import Image
from server.export.drawing.pictures import MAX_JPEG_SIDE, PictureEncodingFailed, encode_jpeg
from server.export.files.file_page import Colour, Encoding, PagePicture

MOST_SIDE = MAX_JPEG_SIDE
"""No picture is longer. PDFium shows no longer picture of Group 4, and no PNG of more than 131,071 pixels."""
MOST_COLOURS = 256
COLOURS = 1 << 24
MOST_GREYS = 16
"""More greys are stored as such, because PNG's filters then save more than numbers of fewer bits."""
MOST_PACKED = 16
"""Colours that half a byte can count."""
MUCH_LARGER = 1.5
"""Archives and printers expect Group 4 of bilevel pages. PNG takes its place where Group 4 is much larger than PNG, and
larger than the document was: for halftones, and for drawings that repeat themselves exactly."""
TIFF_HEADER_BYTES = 8
BAND_PIXELS = 1 << 20
SAMPLE_BANDS, SAMPLE_ROWS = 8, 32
HOPELESS = 1.5
"""PNG is not tried if it needs so many times the bytes of JPEG for a part of the page. It takes seconds for a photo."""


def encoded(image: Image, allowed: Collection[Encoding], source_bytes: int = 0) -> tuple[PagePicture, ...]:
    """Encode a page's pixels in the best of the allowed encodings. CPU work.

    A page with a side over `MOST_SIDE` becomes several pictures.

    Args:
        image: uint8 (H, W, 3) BGR.
        allowed: ``png``, and perhaps ``jpeg`` and ``fax``.
        source_bytes: the page's share of the document's length. Group 4 may take as many.

    Raises:
        PictureEncodingFailed: the page is empty.
    """
    if image.size == 0:
        raise PictureEncodingFailed(f"cannot encode a picture of shape {image.shape}")
    corners = [
        (left, top) for top in range(0, image.shape[0], MOST_SIDE) for left in range(0, image.shape[1], MOST_SIDE)
    ]
    parts = [image[top : top + MOST_SIDE, left : left + MOST_SIDE] for left, top in corners]
    return tuple(
        replace(_encoded(part, allowed, source_bytes), corner=corner)
        for part, corner in zip(parts, corners, strict=True)
    )


def _encoded(image: Image, allowed: Collection[Encoding], source_bytes: int) -> PagePicture:
    size = image.shape[1], image.shape[0]
    colours = _colours(image)
    if colours is not None and len(colours) <= 2:
        return _two_colours(image, colours, allowed, source_bytes)
    grey = _grey(image)
    pixels = image if grey is None else grey
    few = colours if colours is not None and (grey is None or len(colours) <= MOST_GREYS) else None
    jpeg = None
    if "jpeg" in allowed:
        jpeg = PagePicture("jpeg", encode_jpeg(pixels), size, grey=grey is not None)
        if few is None and _sample_is_hopeless(pixels):
            return jpeg
    png = PagePicture("png", _png(_plain(pixels)) if few is None else _smaller_png(_numbered(image, few)), size)
    return png if jpeg is None or len(png.data) < len(jpeg.data) else jpeg


def _two_colours(
    image: Image, colours: NDArray[np.uint32], allowed: Collection[Encoding], source_bytes: int
) -> PagePicture:
    """Encode a picture of at most two colours. The more frequent one is the paper."""
    size = image.shape[1], image.shape[0]
    paper, ink = _by_frequency(image, colours)
    png = PagePicture("png", _png(_numbered(image, np.array([ink, paper], np.uint32))), size)
    if "fax" not in allowed:
        return png
    fax = PagePicture("fax", _fax(image, ink), size, ink=_channels(ink), paper=_channels(paper))
    return fax if len(fax.data) <= max(source_bytes, MUCH_LARGER * len(png.data)) else png


def _by_frequency(image: Image, colours: NDArray[np.uint32]) -> tuple[int, int]:
    """The more frequent and the rarer colour. A picture of one colour gets another one that it does not show."""
    first = int(colours[0])
    if len(colours) == 1:
        return first, 0 if first else COLOURS - 1
    second = int(colours[1])
    count = sum(int(np.count_nonzero(packed == first)) for packed in _packed(image))
    return (first, second) if 2 * count >= image.shape[0] * image.shape[1] else (second, first)


def _packed(image: Image) -> Iterator[NDArray[np.uint32]]:
    """Bands of rows, each pixel as one number: red, green and blue from the highest byte down."""
    rows = max(1, BAND_PIXELS // image.shape[1])
    for top in range(0, image.shape[0], rows):
        blue, green, red = (image[top : top + rows, :, channel].astype(np.uint32) for channel in range(3))
        yield np.asarray(red << 16 | green << 8 | blue, np.uint32)


def _colours(image: Image) -> NDArray[np.uint32] | None:
    """The different colours of a picture, as numbers in rising order; None if there are more than `MOST_COLOURS`."""
    seen = np.zeros(COLOURS, bool)
    for packed in _packed(image):
        seen[packed] = True
        if np.count_nonzero(seen) > MOST_COLOURS:
            return None
    return np.flatnonzero(seen).astype(np.uint32)


def _channels(colour: int) -> Colour:
    return colour >> 16, colour >> 8 & 255, colour & 255


def _grey(image: Image) -> NDArray[np.uint8] | None:
    """The picture as uint8 (H, W), if it is grey; None if it has colour."""
    rows = max(1, BAND_PIXELS // image.shape[1])
    for top in range(0, image.shape[0], rows):
        band = image[top : top + rows]
        if not (np.array_equal(band[..., 0], band[..., 1]) and np.array_equal(band[..., 0], band[..., 2])):
            return None
    return np.ascontiguousarray(image[..., 0])


def _plain(pixels: NDArray[np.uint8]) -> Pillow.Image:
    """The picture as red, green and blue, or as greys."""
    return Pillow.fromarray(pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)))


def _numbered(image: Image, colours: NDArray[np.uint32]) -> Pillow.Image:
    """The picture as numbers of colours, with its palette."""
    numbers = np.zeros(COLOURS, np.uint8)
    numbers[colours] = np.arange(len(colours), dtype=np.uint8)
    picture = Pillow.fromarray(np.concatenate([numbers[packed] for packed in _packed(image)]), "L")
    palette = [channel for colour in colours for channel in _channels(int(colour))]
    picture.putpalette(palette)
    return picture


def _sample_is_hopeless(pixels: NDArray[np.uint8]) -> bool:
    """Whether a quick PNG of a few bands of rows is much larger than their JPEG."""
    height = pixels.shape[0]
    step = max(SAMPLE_ROWS, height // SAMPLE_BANDS)
    sample = np.concatenate([pixels[top : top + SAMPLE_ROWS] for top in range(0, height, step)])
    quick = cv2.imencode(".png", sample, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    return len(quick) > HOPELESS * len(encode_jpeg(sample))


def _png(picture: Pillow.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _smaller_png(numbered: Pillow.Image) -> bytes:
    """A PNG with as few bits for each pixel as the palette needs, or with a byte: often that is easier to compress."""
    packed, palette = _png(numbered), numbered.getpalette() or []
    if len(palette) // 3 > MOST_PACKED:
        return packed
    # Pillow takes a byte for each pixel if the palette has more colours than half a byte can count.
    numbered.putpalette(palette + [0, 0, 0] * (MOST_PACKED + 1 - len(palette) // 3))
    return min(packed, _png(numbered), key=len)


def _fax(image: Image, ink: int) -> bytes:
    """The code of all rows (ITU-T T.6). The TIFF that Pillow and libtiff make has all rows in one strip."""
    height, width = image.shape[:2]
    # A 0 is white to libtiff's encoder, whatever the TIFF says of its colours.
    bits = np.concatenate([np.packbits(packed == ink, axis=1) for packed in _packed(image)])
    picture = Pillow.frombytes("1", (width, height), bits.tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression="group4", strip_size=height * width)
    tags = TiffImagePlugin.ImageFileDirectory_v2(buffer.getvalue()[:TIFF_HEADER_BYTES])
    buffer.seek(tags.next)
    tags.load(buffer)
    (start,), (length,) = tags[TiffImagePlugin.STRIPOFFSETS], tags[TiffImagePlugin.STRIPBYTECOUNTS]
    return buffer.getvalue()[start : start + length]
