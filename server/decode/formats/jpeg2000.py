"""Reads the header of JPEG 2000 (ITU-T T.800), as a file of boxes (annex I) or a bare codestream (annex A).

Pillow would read the boxes before the header one by one, however many there are, and not those of a header that is cut
off after some bytes. A colour profile of a megabyte may be in the header, and one of a camera's notes before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from server.decode.formats.resolution import METRES_PER_INCH, Resolution
from server.errors import InvalidInputFile

JP2_MAGIC, CODESTREAM_MAGIC = b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"
ENUMERATED, CMYK = 1, 12
"""Values of METH and EnumCS in a colr box (I.5.3.3)."""
OPACITIES = (1, 2)
"""Types of a channel in a cdef box (I.5.3.6): opacity, and premultiplied opacity."""
WITH_ALPHA = (2, 4)
"""Grey or colour and one channel more, where no cdef box says what the channels are."""
MAX_CHANNELS = 4
MAX_BOXES = 10_000
"""The greatest number of boxes that are read, at each level. A real file has a dozen, a hostile one millions."""


@dataclass(frozen=True, slots=True)
class Jpeg2000Header:
    """The content of the header.

    Attributes:
        size: width and height.
        alpha: whether a channel is the opacity of the others.
        resolution: dots per inch along x and y; None if the file says none.
    """

    size: tuple[int, int]
    alpha: bool
    resolution: Resolution | None = None


def read_jpeg2000(data: bytes) -> Jpeg2000Header:
    """Read the header.

    Raises:
        InvalidInputFile: there is none, or it has more than four channels.
    """
    return _codestream(data) if data.startswith(CODESTREAM_MAGIC) else _boxed(data)


def _codestream(data: bytes) -> Jpeg2000Header:
    """Read the SIZ segment (A.5.1), which comes first."""
    right, bottom, left, top = (_number(data, at, 4) for at in (8, 12, 16, 20))
    channels = _checked(_number(data, 40, 2))
    return Jpeg2000Header((right - left, bottom - top), channels in WITH_ALPHA)


def _boxed(data: bytes) -> Jpeg2000Header:
    parts = {name: (start, end) for name, start, end in _boxes(data, *_header_box(data))}
    start, _ = parts.get(b"ihdr", (len(data), 0))
    height, width = _number(data, start, 4), _number(data, start + 4, 4)
    channels = _checked(_number(data, start + 8, 2))
    alpha = _has_opacity(data, parts)
    return Jpeg2000Header((width, height), channels in WITH_ALPHA if alpha is None else alpha, _resolution(data, parts))


def _checked(channels: int) -> int:
    if not 1 <= channels <= MAX_CHANNELS:
        raise InvalidInputFile
    return channels


def _header_box(data: bytes) -> tuple[int, int]:
    for name, start, end in _boxes(data, 0, len(data)):
        if name == b"jp2h":
            return start, end
    raise InvalidInputFile


def _has_opacity(data: bytes, parts: dict[bytes, tuple[int, int]]) -> bool | None:
    """Whether the header says that there is an alpha channel; None if it says nothing about channels."""
    if b"cdef" in parts:
        start, end = parts[b"cdef"]
        entries = range(start + 2, min(start + 2 + 6 * MAX_CHANNELS, end), 6)
        return any(_number(data, entry + 2, 2) in OPACITIES for entry in entries)
    if b"pclr" in parts:
        return _number(data, parts[b"pclr"][0] + 2, 1) in WITH_ALPHA
    colours, _ = parts.get(b"colr", (len(data), 0))
    if _number(data, colours, 1) == ENUMERATED and _number(data, colours + 3, 4) == CMYK:
        return False
    return None


def _resolution(data: bytes, parts: dict[bytes, tuple[int, int]]) -> Resolution | None:
    """The resolution of the scanner, else the wanted one of a screen (I.5.3.7); None if there is neither."""
    inner = {name: start for name, start, _ in _boxes(data, *parts.get(b"res ", (0, 0)))}
    start = inner.get(b"resc", inner.get(b"resd"))
    if start is None:
        return None
    down, per_down, across, per_across = (_number(data, start + at, 2) for at in (0, 2, 4, 6))
    powers = [int.from_bytes(data[start + at : start + at + 1], "big", signed=True) for at in (8, 9)]
    if not per_down or not per_across:
        return None
    metres = across / per_across * 10.0 ** powers[1], down / per_down * 10.0 ** powers[0]
    return metres[0] * METRES_PER_INCH, metres[1] * METRES_PER_INCH


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The name, and the first and end offset of the content, of each box between two offsets (I.4)."""
    for _ in range(MAX_BOXES):
        length, content = _number(data, at, 4), at + 8
        if length == 1:
            length, content = _number(data, at + 8, 8), at + 16
        last = at + length if length else end
        if not content <= last <= end:
            return
        yield data[at + 4 : at + 8], content, last
        at = last


def _number(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")
