"""Animated PNG: the still image is read, and a damaged one shows nothing of earlier pages."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image as Pillow

from server.decode.formats.animated_png import MAX_CHUNKS, without_animation
from server.decode.formats.headers import read_header
from server.decode.formats.images import decode_image
from server.decode.formats.transparency import decode_composited
from server.errors import InvalidInputFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import encoded, pixels

IMAGE = pixels(40, 24)


def animated(mode: str = "RGB") -> bytes:
    first = Pillow.fromarray(IMAGE[..., ::-1]).convert(mode)
    second = Pillow.fromarray(np.roll(IMAGE, 5, axis=1)[..., ::-1]).convert(mode)
    buffer = io.BytesIO()
    first.save(buffer, "PNG", save_all=True, append_images=[second])
    return buffer.getvalue()


def test_the_still_image_is_read(bench: Bench) -> None:
    data = animated()
    info, (image,) = bench.read(data)
    assert info.sizes == ((40, 24),)
    np.testing.assert_array_equal(image, IMAGE)


def test_only_the_animation_is_taken_out() -> None:
    still = without_animation(animated())
    assert [still.count(name) for name in (b"acTL", b"fcTL", b"fdAT", b"IHDR", b"IDAT", b"IEND")] == [0, 0, 0, 1, 1, 1]
    plain = encoded(IMAGE, "PNG")
    assert without_animation(plain) is plain


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("at", [0.3, 0.6, 0.95])
def test_damaged_pixels_are_refused(mode: str, at: float) -> None:
    """OpenCV alone would give a picture of whatever the memory held."""
    data = animated(mode)
    start = data.index(b"IDAT") + 4
    length = int.from_bytes(data[start - 8 : start - 4], "big")
    place = start + int(length * at)
    damaged = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
    for decode in (decode_image, decode_composited):
        earlier = [np.full((24, 40, channels), 200, np.uint8) for channels in (3, 4) for _ in range(8)]
        del earlier
        with pytest.raises(InvalidInputFile):
            decode(damaged, read_header(damaged))


def test_a_file_that_is_cut_off_ends_the_search() -> None:
    data = animated()
    for length in range(8, len(data), 7):
        assert b"fdAT" not in without_animation(data[:length]) or b"acTL" not in data[:length]


def test_too_many_chunks_are_refused() -> None:
    empty = struct.pack(">I", 0) + b"teXt" + struct.pack(">I", zlib.crc32(b"teXt"))
    data = animated()
    assert without_animation(data[:33] + empty * 100 + data[33:]).count(b"teXt") == 100
    with pytest.raises(InvalidInputFile):
        without_animation(data[:33] + empty * MAX_CHUNKS + data[33:])
