"""Small real files, made on the spot."""

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

Pixels = NDArray[np.uint8]

HEAD = b"%PDF-1.7\n"
RED, BLUE = (1, 0, 0), (0, 0, 1)


def pixels(width: int, height: int) -> Pixels:
    """A BGR gradient that differs in every direction and channel, smooth enough to survive JPEG."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 // width, y * 255 // height, (x + y) * 255 // (width + height)], -1).astype(np.uint8)


def encoded(image: Pixels, kind: str, **options: object) -> bytes:
    """A BGR or grey array as a file of one of Pillow's formats."""
    buffer = io.BytesIO()
    Pillow.fromarray(image[..., ::-1] if image.ndim == 3 else image).save(buffer, kind, **options)
    return buffer.getvalue()


def with_orientation(image: Pixels, kind: str, orientation: int) -> bytes:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    return encoded(image, kind, exif=exif)


def tiff(frames: Sequence[Pixels]) -> bytes:
    images = [Pillow.fromarray(frame[..., ::-1]) for frame in frames]
    buffer = io.BytesIO()
    images[0].save(buffer, "TIFF", save_all=True, append_images=images[1:])
    return buffer.getvalue()


def tiff_of(samples: NDArray[np.integer], photometric: int, extra: int | None, planar: int = 1) -> bytes:
    """A TIFF of samples (H, W, N) of 8 or 16 bits, as no library here writes it.

    ``extra`` is the meaning of the last sample (TIFF 6.0, ExtraSamples): 0 unspecified, 1 associated alpha, 2
    unassociated alpha; None leaves the tag out. ``planar`` is 2 where each sample has a plane of its own.
    """
    height, width, count = samples.shape
    kind = samples.dtype.newbyteorder("<")
    pixels = np.ascontiguousarray(samples.transpose(2, 0, 1) if planar == 2 else samples, kind).tobytes()
    planes = count if planar == 2 else 1
    lists = {
        258: [8 * samples.dtype.itemsize] * count,
        273: [8 + at * len(pixels) // planes for at in range(planes)],
        279: [len(pixels) // planes] * planes,
    }
    tags = {256: [width], 257: [height], 259: [1], 262: [photometric], 277: [count], 278: [height], 284: [planar]}
    tags |= lists | ({} if extra is None else {338: [extra]})
    if photometric == 3:  # a palette: red, green and blue are the index
        tags[320] = [index * 257 for index in range(256)] * 3
    directory, after = struct.pack("<H", len(tags)), b""
    end = 8 + len(pixels) + 2 + 12 * len(tags) + 4
    for tag in sorted(tags):
        long = tag in (256, 257, 273, 278, 279)
        values = struct.pack(f"<{len(tags[tag])}{'I' if long else 'H'}", *tags[tag])
        place = values.ljust(4, b"\0") if len(values) <= 4 else struct.pack("<I", end + len(after))
        after += values if len(values) > 4 else b""
        directory += struct.pack("<HHI", tag, 4 if long else 3, len(tags[tag])) + place
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory + bytes(4) + after


def box(name: bytes, *content: bytes) -> bytes:
    """A box of JPEG 2000."""
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + name + body


def with_boxes(data: bytes, before: bytes = b"", inside: bytes = b"", colours: int | None = None) -> bytes:
    """A JPEG 2000 file with more boxes before its header and in it, and with another enumerated colour space."""
    at = data.index(b"jp2h") - 4
    end = at + int.from_bytes(data[at : at + 4], "big")
    header = data[at + 8 : end]
    if colours is not None:
        place = header.index(b"colr") + 7
        header = header[:place] + struct.pack(">I", colours) + header[place + 4 :]
    return data[:at] + before + box(b"jp2h", header, inside) + data[end:]


def scan_bomb(side: int, scans: int, progressive: bool) -> bytes:
    """A valid JPEG that goes over all its pixels again and again, 10 bytes a time."""
    data = encoded(np.full((side, side, 3), (200, 8, 9), np.uint8), "JPEG", progressive=progressive)
    again = b"\xff\xda\0\x08\x01\x01\0" + (b"\x01\x3f\0" if progressive else b"\0\x3f\0")
    first = len(data) - 2 if progressive else data.find(b"\xff\xda")
    return data[:first] + again * scans + data[-2:]


def pam(image: Pixels) -> bytes:
    """As Netpbm's pam(5); the samples are stored in the array's order."""
    height, width, _ = image.shape
    head = b"P7\n# a comment\nWIDTH %d\nHEIGHT %d\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n" % (width, height)
    return head + image.tobytes()


def pfm(image: Pixels) -> bytes:
    """As Netpbm's pfm(5): 32-bit samples, the lowest row first."""
    height, width, _ = image.shape
    return b"PF\n%d %d\n-1.0\n" % (width, height) + image[::-1, :, ::-1].astype("<f4").tobytes()


def png_header(width: int, height: int) -> bytes:
    """A PNG that is only a header, for sizes nobody wants to decode."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 64)
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in (header, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def tiff_header(width: int, height: int, frames: int = 1) -> bytes:
    """A grey TIFF of huge frames with hardly any data."""
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 16}
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in tags)
    data = b"II*\0" + struct.pack("<I", 24) + b"\0" * 16
    for index in range(frames):
        following = len(data) + len(directory) + 4 if index + 1 < frames else 0
        data += directory + struct.pack("<I", following)
    return data


def pdf(*pages: bytes, catalogue: bytes = b"", trailer: bytes = b"", extra: Sequence[bytes] = ()) -> bytes:
    """A PDF of pages given as the inside of their dictionaries; ``extra`` objects are numbered from 3 + len(pages)."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % len(pages),
        *(b"<< /Type /Page /Parent 2 0 R " + page + b" >>" for page in pages),
        *extra,
    ]
    data, offsets = HEAD, []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<< /Size %d /Root 1 0 R " % (len(objects) + 1) + trailer + b" >>\n"
    return data + table + end + b"startxref\n%d\n%%%%EOF\n" % len(data)


def stream(content: bytes, dictionary: bytes = b"") -> bytes:
    return b"<< /Length %d " % len(content) + dictionary + b" >>\nstream\n" + content + b"\nendstream"


def blank_pdf(*sizes: tuple[float, float], rotate: int = 0) -> bytes:
    return pdf(*(b"/MediaBox [0 0 %g %g] /Rotate %d" % (*size, rotate) for size in sizes))


def coloured_pdf(*colours: tuple[float, float, float]) -> bytes:
    """20 x 10 point pages, each filled with one RGB colour."""
    first = 3 + len(colours)
    pages = [b"/MediaBox [0 0 20 10] /Contents %d 0 R" % (first + index) for index in range(len(colours))]
    return pdf(*pages, extra=[stream(b"%g %g %g rg 0 0 20 10 re f" % colour) for colour in colours])


def form_pdf() -> bytes:
    """A page whose only content is a form field that looks like a red rectangle at its left half."""
    widget = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /F 4 /Rect [0 0 10 10] /P 3 0 R /AP << /N 5 0 R >> "
        b"/MK << >> /DA (/Helv 0 Tf) >>"
    )
    look = stream(b"1 0 0 rg 0 0 10 10 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 10 10]")
    return pdf(
        b"/MediaBox [0 0 20 10] /Annots [4 0 R]", catalogue=b"/AcroForm << /Fields [4 0 R] >>", extra=[widget, look]
    )


def encrypted_pdf() -> bytes:
    """Locked with a password that nobody knows: the stored digests are arbitrary."""
    digest = b"<" + b"5a" * 32 + b">"
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O " + digest + b" /U " + digest + b" >>"
    return pdf(b"/MediaBox [0 0 20 10]", trailer=locked + b" /ID [<00> <00>]")
