"""Reads an image's size from its header, before any pixel is decoded.

PNG, JPEG, WebP and JPEG 2000 are read in this room, at a few fixed offsets. So damaged files that can be decoded stay
readable. Besides, Pillow would allocate the whole canvas of a WebP to tell its size. Pillow reads the headers of rarer
formats. A format that neither knows is refused, even if OpenCV could decode it, because its size could not be checked
before.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

# These imports register the rarer formats. Without them Pillow would import all its plug-ins.
from PIL import BmpImagePlugin, PpmImagePlugin, SunImagePlugin  # noqa: F401

from server.decode.formats.exif import exif_entries, exif_orientation, swaps_sides
from server.decode.formats.jpeg2000 import CODESTREAM_MAGIC, JP2_MAGIC, read_jpeg2000
from server.decode.formats.pillow import open_image
from server.decode.formats.resolution import (
    Resolution,
    believable,
    exif_resolution,
    jfif_resolution,
    pillow_resolution,
    png_resolution,
)
from server.errors import InvalidInputFile

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC = b"\xff\xd8\xff"
RIFF_MAGIC, WEBP_MAGIC = b"RIFF", b"WEBP"
EXIF_PREFIX = b"Exif\0\0"
TIFF_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""The last two are BigTIFF."""
ALPHA_TYPES, GREY_TYPE, VP8X_ALPHA = (4, 6), 0, 0x10
PAM_MAGIC, PFM_MAGIC = b"P7\n", b"PF\n"
PAM_ALPHA_DEPTHS = (2, 4)
PFM_HEADER_BYTES, NETPBM_DIGITS = 1024, 9
OTHER_FORMATS = ("BMP", "PPM", "SUN")
OTHER_HEADER_BYTES = 256 * 1024
"""The bytes that Pillow sees. It would read a header of comments byte by byte, in Python, to the end of the file."""

MAX_PARTS = 10_000
"""The greatest number of segments or chunks that are read. A real file has up to a thousand, a hostile one millions."""

JPEG_STANDALONE = {0x00, 0x01, *range(0xD0, 0xD9)}
JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_ENDS = {0xD9, 0xDA}
JPEG_SCAN = b"\xff\xda"


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The content of an image's header.

    Attributes:
        stored: width and height of the pixels in the file.
        orientation: EXIF orientation, 1 to 8.
        rare: whether the format is rare. Its decoder must not run in the server's own process.
        scans: an upper bound of a JPEG's scans; 1 in other formats. Each scan costs decoding time, even one of a few
            bytes.
        alpha: whether pixels may be transparent.
        clear_shade: the only transparent shade of a grey PNG, from 0 to 255, or to 65,535 in a PNG of 16 bits.
        stored_resolution: dots per inch that the file says, along the stored rows and columns; None if it says none, or
            only absurd ones.
    """

    stored: tuple[int, int]
    orientation: int = 1
    rare: bool = False
    scans: int = 1
    alpha: bool = False
    clear_shade: int | None = None
    stored_resolution: Resolution | None = None

    @property
    def size(self) -> tuple[int, int]:
        """The width and height of the upright image."""
        return self.stored[::-1] if swaps_sides(self.orientation) else self.stored

    @property
    def resolution(self) -> Resolution | None:
        """The resolution of the upright image; None if the file says none, or only absurd ones."""
        dots = self.stored_resolution
        return (dots[1], dots[0]) if dots and swaps_sides(self.orientation) else dots


def read_header(data: bytes) -> ImageHeader:
    """Read the header of an image other than TIFF and GIF.

    Raises:
        InvalidInputFile: it is not an image that this server reads, or it has no pixels.
    """
    if data.startswith(PNG_MAGIC):
        header = _png(data)
    elif data.startswith(JPEG_MAGIC):
        header = _jpeg(data)
    elif data.startswith(RIFF_MAGIC) and data[8:12] == WEBP_MAGIC:
        header = _webp(data)
    elif data.startswith((JP2_MAGIC, CODESTREAM_MAGIC)):
        found = read_jpeg2000(data)
        dots = believable(found.size, found.resolution)
        header = ImageHeader(found.size, rare=True, alpha=found.alpha, stored_resolution=dots)
    elif data.startswith((PAM_MAGIC, PFM_MAGIC)):
        header = _netpbm(data)
    else:
        image = open_image(io.BytesIO(data[:OTHER_HEADER_BYTES]), OTHER_FORMATS)
        dots = believable(image.size, pillow_resolution(image.info.get("dpi")))
        alpha = image.has_transparency_data
        header = ImageHeader(image.size, rare=image.format != "BMP", alpha=alpha, stored_resolution=dots)
    if min(header.stored) < 1:
        raise InvalidInputFile
    return header


def _png(data: bytes) -> ImageHeader:
    """Read a PNG header (3rd edition, 11.2.1). IHDR comes first. An eXIf chunk may follow the pixels (11.3.4.5).

    Colour types 4 and 6 have an alpha channel. The others may have a tRNS chunk instead, before the pixels.
    """
    size = _number(data, 16, 4, "big"), _number(data, 20, 4, "big")
    depth, colour_type = _number(data, 24, 1), _number(data, 25, 1)
    alpha, shade, orientation, begun = colour_type in ALPHA_TYPES, None, None, False
    dots: Resolution | None = None
    exif_dots: Resolution | None = None
    at = len(PNG_MAGIC)
    for _ in range(MAX_PARTS):
        name = data[at + 4 : at + 8]
        if name in (b"IEND", b""):
            break
        length = _number(data, at, 4, "big")
        begun |= name == b"IDAT"
        if name == b"tRNS" and not alpha and not begun:
            alpha = True
            if colour_type == GREY_TYPE:
                shade = _grey(_number(data, at + 8, 2, "big"), depth)
        if name == b"eXIf" and orientation is None:
            orientation, exif_dots = _exif(data[at + 8 : at + 8 + length])
        if name == b"pHYs" and dots is None and not begun:
            dots = png_resolution(data[at + 8 : at + 8 + length])
        at += 12 + length
    found = believable(size, dots, exif_dots)
    return ImageHeader(size, orientation or 1, alpha=alpha, clear_shade=shade, stored_resolution=found)


def _grey(sample: int, depth: int) -> int:
    """The shade of a PNG's sample as it is decoded: less than 8 bits become 8."""
    most = (1 << depth) - 1 or 1
    return (sample & most) * 255 // most if depth < 8 else sample & most


def _jpeg(data: bytes) -> ImageHeader:
    """Read a JPEG header (ITU T.81, B.2.2). Height and width follow the sample precision in the frame header."""
    size, orientation = (0, 0), 1
    dots: Resolution | None = None
    exif_dots: Resolution | None = None
    for marker, start, end in _jpeg_segments(data):
        if marker in JPEG_FRAMES and size == (0, 0):
            size = _number(data, start + 3, 2, "big"), _number(data, start + 1, 2, "big")
        elif marker == 0xE1 and data[start : start + 6] == EXIF_PREFIX:
            orientation, exif_dots = _exif(data[start + 6 : end])
        elif marker == 0xE0 and dots is None:
            dots = jfif_resolution(data[start:end])
    # This may count bytes in metadata too, but it misses no scan: within a scan, 0 follows 0xFF (F.1.2.3).
    scans = data.count(JPEG_SCAN)
    return ImageHeader(size, orientation, scans=scans, stored_resolution=believable(size, dots, exif_dots))


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give the marker, and the first and end offset of the payload, of each segment before the first scan.

    Garbage between segments is skipped.
    """
    at = 2
    for _ in range(MAX_PARTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data) or (marker := data[at + 1]) in JPEG_ENDS:
            return
        if marker == 0xFF:
            at += 1
        elif marker in JPEG_STANDALONE:
            at += 2
        else:
            length = max(2, _number(data, at + 2, 2, "big"))
            yield marker, at + 4, at + 2 + length
            at += 2 + length


def _webp(data: bytes) -> ImageHeader:
    """Read a WebP header (RFC 9649, sections 2.5 to 2.7). The first chunk has the size, in one of three layouts."""
    chunk = data[12:16]
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return ImageHeader((_number(data, 26, 2) & 0x3FFF, _number(data, 28, 2) & 0x3FFF))
    if chunk == b"VP8L" and data[20:21] == b"\x2f":
        bits = _number(data, 21, 4)
        return ImageHeader(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), alpha=bool(bits >> 28 & 1))
    if chunk == b"VP8X":
        size = _number(data, 24, 3) + 1, _number(data, 27, 3) + 1
        orientation, dots = _exif(_webp_exif(data))
        alpha = bool(_number(data, 20, 1) & VP8X_ALPHA)
        return ImageHeader(size, orientation, alpha=alpha, stored_resolution=believable(size, dots))
    raise InvalidInputFile


def _webp_exif(data: bytes) -> bytes:
    at = 12
    for _ in range(MAX_PARTS):
        name = data[at : at + 4]
        if not name:
            break
        length = _number(data, at + 4, 4)
        if name == b"EXIF":
            return data[at + 8 : at + 8 + length].removeprefix(EXIF_PREFIX)
        at += 8 + length + length % 2
    return b""


def _exif(block: bytes) -> tuple[int, Resolution | None]:
    """The orientation and the resolution in an EXIF block."""
    entries = exif_entries(block)
    return exif_orientation(block, entries), exif_resolution(block, entries)


def _netpbm(data: bytes) -> ImageHeader:
    """Read the header of Netpbm's pam(5), where fields have names, or pfm(5), where they have places.

    Pillow knows neither of them.
    """
    if data.startswith(PAM_MAGIC):
        lines = [line.split() for line in data[:OTHER_HEADER_BYTES].partition(b"ENDHDR")[0].splitlines()]
        fields = {line[0]: line[1] for line in lines if len(line) == 2}
        words = [fields.get(name, b"") for name in (b"WIDTH", b"HEIGHT", b"DEPTH")]
    else:
        words = [*data[:PFM_HEADER_BYTES].split()[1:3], b"3"]
    numbers = [int(word) for word in words if word.isdigit() and len(word) <= NETPBM_DIGITS]
    if len(numbers) != 3:
        raise InvalidInputFile
    width, height, depth = numbers
    return ImageHeader((width, height), rare=True, alpha=depth in PAM_ALPHA_DEPTHS)


def _number(data: bytes, at: int, length: int, order: str = "little") -> int:
    return int.from_bytes(data[at : at + length], "big" if order == "big" else "little")
