"""Headers of JPEG 2000: read wherever they are, and the search for them ends."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from server.decode.formats.headers import OTHER_HEADER_BYTES
from server.decode.formats.jpeg2000 import MAX_BOXES, Jpeg2000Header, read_jpeg2000
from server.errors import InvalidInputFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import box, encoded, pixels, with_boxes

IMAGE = pixels(53, 37)
BOXED, BARE = encoded(IMAGE, "JPEG2000"), encoded(IMAGE, "JPEG2000", no_jp2=True)
SIZE = (53, 37)
NOTES = bytes(2 * OTHER_HEADER_BYTES)


def test_both_kinds_of_files() -> None:
    for data in (BOXED, BARE):
        assert read_jpeg2000(data) == Jpeg2000Header(SIZE, alpha=False)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("bare", [False, True])
def test_alpha_is_one_channel_more_than_grey_or_colour(mode: str, bare: bool) -> None:
    buffer = io.BytesIO()
    Pillow.new(mode, SIZE).save(buffer, "JPEG2000", no_jp2=bare)
    assert read_jpeg2000(buffer.getvalue()) == Jpeg2000Header(SIZE, alpha=mode.endswith("A"))


def test_a_picture_that_does_not_begin_at_the_origin() -> None:
    """The size is that of the area, not its far corner (T.800, A.5.1)."""
    data = encoded(IMAGE, "JPEG2000", no_jp2=True, offset=(7, 5), tile_offset=(0, 0), tile_size=(64, 64))
    assert read_jpeg2000(data).size == SIZE


LATE = {
    "a box of notes before it": with_boxes(BOXED, before=box(b"uuid", NOTES)),
    "a long box of notes before it": with_boxes(
        BOXED, before=struct.pack(">I4sQ", 1, b"uuid", 16 + len(NOTES)) + NOTES
    ),
    "many boxes before it": with_boxes(BOXED, before=box(b"free") * (MAX_BOXES // 2)),
    "a large colour profile in it": with_boxes(BOXED, inside=box(b"colr", b"\2\0\0", NOTES)),
}


@pytest.mark.parametrize("name", LATE)
def test_a_header_that_comes_late_or_is_long_is_read(bench: Bench, name: str) -> None:
    info, (image,) = bench.read(LATE[name])
    assert info.sizes == (SIZE,)
    np.testing.assert_array_equal(image, bench.read(BOXED)[1][0])


ENDLESS = {
    "boxes before it": with_boxes(BOXED, before=box(b"free") * (2 * MAX_BOXES)),
    "a box that is longer than the file": with_boxes(BOXED, before=struct.pack(">I4s", 2**31, b"uuid")),
    "a box that is shorter than its name": with_boxes(BOXED, before=struct.pack(">I4s", 7, b"uuid")),
    "a box to the end of the file": with_boxes(BOXED, before=struct.pack(">I4s", 0, b"uuid")),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_the_search_for_the_header_ends(name: str) -> None:
    with pytest.raises(InvalidInputFile):
        read_jpeg2000(ENDLESS[name])


def test_the_search_within_the_header_ends() -> None:
    header = BOXED.index(b"ihdr") - 4
    length = int.from_bytes(BOXED[header : header + 4], "big")
    more = box(b"free") * (2 * MAX_BOXES)
    at = BOXED.index(b"jp2h") - 4
    end = at + int.from_bytes(BOXED[at : at + 4], "big")
    body = more + BOXED[header : header + length]
    with pytest.raises(InvalidInputFile):
        read_jpeg2000(BOXED[:at] + box(b"jp2h", body) + BOXED[end:])


@pytest.mark.parametrize("channels", [0, 5, 65535])
def test_numbers_of_channels_that_are_not_read(channels: int) -> None:
    number = struct.pack(">H", channels)
    at = BOXED.index(b"ihdr") + 12
    for data in (BOXED[:at] + number + BOXED[at + 2 :], BARE[:40] + number + BARE[42:]):
        with pytest.raises(InvalidInputFile):
            read_jpeg2000(data)


@given(st.sampled_from([BOXED, BARE]), st.data())
def test_damaged_headers_are_read_or_refused(whole: bytes, draw: st.DataObject) -> None:
    data = bytearray(whole[: draw.draw(st.integers(4, len(whole)))])
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(4 if whole == BARE else 12, 90)) % len(data)] = draw.draw(st.integers(0, 255))
    try:
        read_jpeg2000(bytes(data))
    except InvalidInputFile:
        return


@pytest.mark.parametrize(
    ("name", "across", "per", "power", "expected"),
    [
        (b"resc", 5906, 1, 0, 150.0),
        (b"resd", 5906, 100, 2, 150.0),
        (b"resc", 59055, 1, -1, 150.0),
        (b"resc", 1, 0, 0, None),
    ],
)
def test_resolutions(name: bytes, across: int, per: int, power: int, expected: float | None) -> None:
    """Dots per metre, as a fraction and a power of ten (T.800, I.5.3.7)."""
    numbers = struct.pack(">HHHHbb", across // 2, per, across, per, power, power)
    found = read_jpeg2000(with_boxes(BOXED, inside=box(b"res ", box(name, numbers)))).resolution
    assert found == (None if expected is None else pytest.approx((expected, expected / 2), abs=0.1))
