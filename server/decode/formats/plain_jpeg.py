"""Tells whether a JPEG's bytes may stand in a result file as they are, so that every program shows what was read.

Only the structure is read, in pure Python. The file was decoded before, by a worker or as `decode.isolate` says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.decode.formats.headers import JPEG_MAGIC

HUFFMAN_FRAMES = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive. Few programs read the other kinds (ITU T.81, table B.1)."""
TABLES = (0xC4, 0xDB, 0xFE, *range(0xE0, 0xF0))
"""DHT, DQT, COM and APP0 to APP15."""
SCAN, END, COMMENT, FIRST_APP, ADOBE, LAST_APP = 0xDA, 0xD9, 0xFE, 0xE0, 0xEE, 0xEF
COLOUR_PROFILE = b"ICC_PROFILE\0"
JFIF = b"JFIF\0"
MOST_SCANS, MOST_SEGMENTS = 64, 10_000
"""Encoders write about ten scans. More of them only cost time in the programs that show the file."""
FILL = re.compile(rb"\xff+")
"""Any number of these bytes may stand before a marker (ITU T.81, B.1.1.2). The last one belongs to it."""
RESTART_INTERVAL = 0xDD
RESTART = re.compile(rb"\xff[\xd0-\xd7]", re.DOTALL)
YCBCR = 1
"""Adobe's number of the usual colours of three channels (PDF 1.7, table 13). 0 is RGB."""
AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""The first marker that does not belong to the coded pixels: within them a 0 or a restart marker follows 0xFF."""


@dataclass(frozen=True, slots=True)
class PlainJpeg:
    """A JPEG that may be shown as it is.

    Attributes:
        data: its bytes, without what may follow its end.
        size: the width and height of its stored pixels.
        grey: whether it has one channel. Otherwise it has three: luminance and two colour differences.
    """

    data: bytes
    size: tuple[int, int]
    grey: bool


def plain_jpeg(data: bytes) -> PlainJpeg | None:
    """A JPEG as it is, if it is of an ordinary kind and complete. None for any other file; no input raises.

    CMYK is none, because programs differ on whether its colours are inverted. Other colours than YCbCr are none too.
    So is a file without an end: some programs show nothing of it.
    """
    if not data.startswith(JPEG_MAGIC):
        return None
    frame, jfif, adobe, scans, interval = b"", False, None, 0, 0
    for marker, payload, end, next_begin in _segments(data):
        if marker == END:
            return _ordinary(data[:end], frame, jfif=jfif, adobe=adobe) if scans else None
        if marker in HUFFMAN_FRAMES and not frame and _is_whole(payload):
            frame = payload
        elif marker == SCAN and frame and scans < MOST_SCANS:
            scans += 1
            if not _are_restarts_whole(data, end, next_begin, _restarts(frame, payload, interval)):
                return None
        elif marker == RESTART_INTERVAL:
            interval = int.from_bytes(payload)
        elif marker not in TABLES:
            return None
        jfif |= marker == FIRST_APP and payload.startswith(JFIF)
        if marker == ADOBE and payload.startswith(b"Adobe") and len(payload) >= 12:
            adobe = payload[11]
    return None


def without_metadata(data: bytes) -> bytes:
    """A JPEG from `plain_jpeg` without EXIF, comments, previews and other programs' notes. The pixels are the same."""
    kept, begin = [data[:2]], 2
    for marker, payload, end, _ in _segments(data):
        if marker == SCAN:
            # Between scans there are only tables, or else notes of a program that nobody knows.
            return b"".join([*kept, data[begin:]])
        if not _is_metadata(marker, payload):
            kept.append(data[begin:end])
        begin = end
    return data


def _is_metadata(marker: int, payload: bytes) -> bool:
    if marker in (FIRST_APP, ADOBE):
        return not payload.startswith((JFIF, b"Adobe"))
    is_note = marker == COMMENT or FIRST_APP <= marker <= LAST_APP
    return is_note and not payload.startswith(COLOUR_PROFILE)


def _is_whole(frame: bytes) -> bool:
    """Whether a frame header (ITU T.81, B.2.2) has its parts. They are the precision, height, width and channels."""
    return len(frame) > 6 and len(frame) == 6 + 3 * frame[5] and all(part >> 4 and part & 15 for part in frame[7::3])


def _are_restarts_whole(data: bytes, begin: int, end: int, wanted: int) -> bool:
    """Whether the coded pixels have their restart markers, numbered from 0 to 7 again and again, and no others."""
    found = 0
    for restart in RESTART.finditer(data, begin, end):
        if found == wanted or restart[0][1] & 7 != found & 7:
            return False
        found += 1
    return found == wanted


def _restarts(frame: bytes, scan: bytes, interval: int) -> int:
    """The number of restart markers in a scan (ITU T.81, A.2 and B.2.4.4). Where they differ, programs do too."""
    if not interval:
        return 0
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    samples = {frame[at]: (frame[at + 1] >> 4, frame[at + 1] & 15) for at in range(6, len(frame), 3)}
    most_across, most_down = (max(along) for along in zip(*samples.values(), strict=True))
    across, down = samples.get(scan[1], (1, 1)) if scan[:1] == b"\1" and len(scan) > 1 else (most_across, most_down)
    if scan[:1] == b"\1":
        # A scan of one channel goes block by block, and leaves out those that are beside the picture.
        width, height = -(-width * across // most_across), -(-height * down // most_down)
        across = down = 1
    units = -(-width // (8 * across)) * -(-height // (8 * down))
    return max(0, units - 1) // interval


def _ordinary(data: bytes, frame: bytes, *, jfif: bool, adobe: int | None) -> PlainJpeg | None:
    """The JPEG, if its frame header (ITU T.81, B.2.2) is of an ordinary kind."""
    precision, channels, names = frame[0], frame[5], frame[6::3]
    size = int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3])
    ycbcr = adobe == YCBCR or (adobe is None and (jfif or names == b"\1\2\3"))
    if precision != 8 or not all(size) or not (channels == 1 or (channels == 3 and ycbcr)):
        return None
    return PlainJpeg(data, size, channels == 1)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, int, int]]:
    """The marker, the payload and the end of each segment, and the begin of the next one. It ends at the first fault.

    The coded pixels of a scan are between its end and the next segment.
    """
    at = 2
    for _ in range(MOST_SEGMENTS):
        filled = FILL.match(data, at)
        if filled is None or filled.end() >= len(data):
            return
        at = filled.end() - 1
        marker = data[at + 1]
        if marker == END:
            yield marker, b"", at + 2, at + 2
            return
        length = int.from_bytes(data[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end > len(data):
            return
        begin, at = at, end
        if marker == SCAN:
            found = AFTER_SCAN.search(data, end)
            if found is None:
                return
            at = found.start()
        yield marker, data[begin + 4 : end], end, at
