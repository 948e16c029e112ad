"""Only an ordinary and complete JPEG may be shown as it is."""

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from server.decode.formats.plain_jpeg import plain_jpeg, without_metadata
from tests.unit.server.export.files.page_samples import exif, photo, saved

IMAGE = photo(80, 56)
JPEG = saved(IMAGE, "JPEG", quality=90)
RESTARTS = saved(IMAGE, "JPEG", restart_marker_rows=1)


def with_segment(data: bytes, marker: int, payload: bytes, after: int = 2) -> bytes:
    return data[:after] + bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2) + payload + data[after:]


def decoded(data: bytes) -> Pillow.Image:
    picture = Pillow.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize(
    ("data", "grey"),
    [
        (JPEG, False),
        (saved(IMAGE, "JPEG", progressive=True), False),
        (saved(IMAGE, "JPEG", subsampling=0), False),
        (saved(IMAGE, "JPEG", "L"), True),
        (saved(IMAGE, "JPEG", exif=exif(6)), False),
        (RESTARTS, False),
        (saved(IMAGE, "JPEG", restart_marker_blocks=1), False),
        (saved(IMAGE, "JPEG", restart_marker_rows=1, subsampling="4:2:2"), False),
        (saved(IMAGE, "JPEG", restart_marker_rows=1, progressive=True), False),
        (saved(IMAGE, "JPEG", "L", restart_marker_blocks=3), True),
    ],
)
def test_ordinary_ones_are_taken_with_every_byte(data: bytes, grey: bool) -> None:
    found = plain_jpeg(data)
    assert found is not None
    assert (found.data, found.size, found.grey) == (data, (80, 56), grey)


def test_what_follows_the_end_is_left_out() -> None:
    found = plain_jpeg(JPEG + b"PK\3\4 a second file" + JPEG)
    assert found is not None
    assert found.data == JPEG


def test_a_preview_in_the_metadata_is_not_the_picture() -> None:
    found = plain_jpeg(with_segment(JPEG, 0xE1, b"Exif\0\0" + saved(photo(8, 8), "JPEG")))
    assert found is not None
    assert found.size == (80, 56)


def frame_changed(at: int, value: int, data: bytes = JPEG) -> bytes:
    """A JPEG with another byte in its frame header, counted from the precision on."""
    changed = bytearray(data)
    changed[data.index(b"\xff\xc0") + 4 + at] = value
    return bytes(changed)


ADOBE = b"Adobe\0\x64\0\0\0\0"
NOT_PLAIN = {
    "cut off": JPEG[:-40],
    "no end": JPEG[:-2],
    "no pixels": JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9",
    "only its start": JPEG[:3],
    "CMYK": saved(IMAGE, "JPEG", "CMYK"),
    "RGB by Adobe": with_segment(JPEG, 0xEE, ADOBE + b"\0"),
    "YCCK by Adobe": with_segment(JPEG, 0xEE, ADOBE + b"\2"),
    "RGB without JFIF": saved(IMAGE, "JPEG", keep_rgb=True),
    "12 bits": frame_changed(0, 12),
    "no height": frame_changed(1, 0, frame_changed(2, 0)),
    "two channels": frame_changed(5, 2),
    "arithmetic": JPEG.replace(b"\xff\xc0", b"\xff\xc9", 1),
    "lossless": JPEG.replace(b"\xff\xc0", b"\xff\xc3", 1),
    "two frames": with_segment(JPEG, 0xC0, b"\x08\0\x38\0\x50\1\1\x11\0"),
    "a segment that is too long": with_segment(JPEG, 0xE5, b"")[:4] + b"\xff\xf0" + JPEG[2:],
    "garbage between segments": JPEG[:2] + b"\0\0\0" + JPEG[2:],
    "too many scans": JPEG[:-2] + (JPEG[JPEG.index(b"\xff\xda") :][:14] * 100) + b"\xff\xd9",
    "a restart too few": RESTARTS[: RESTARTS.index(b"\xff\xd0")] + RESTARTS[RESTARTS.index(b"\xff\xd1") :],
    "no last restart": RESTARTS[: RESTARTS.index(b"\xff\xd2")] + b"\xff\xd9",
    "a restart too many": RESTARTS[:-2] + b"\xff\xd3\xff\xd9",
    "a restart without an interval": JPEG[:-2] + b"\xff\xd0\xff\xd9",
    "a PNG": saved(IMAGE, "PNG"),
    "empty": b"",
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_others_are_not(name: str) -> None:
    assert plain_jpeg(NOT_PLAIN[name]) is None


@given(st.integers(0, len(JPEG)), st.binary(min_size=1, max_size=4))
def test_any_damage_is_a_none_or_a_jpeg(at: int, bytes_there: bytes) -> None:
    damaged = JPEG[:at] + bytes_there + JPEG[at + len(bytes_there) :]
    found = plain_jpeg(damaged)
    assert found is None or (found.data in damaged and min(found.size) > 0)
    if found is not None:
        without_metadata(found.data)


def test_many_bytes_of_255_take_no_time_of_their_own() -> None:
    """A search that begins anew at each of them would take hours."""
    assert plain_jpeg(JPEG[:-2] + b"\xff" * 20_000_000 + b"\0") is None
    filled = JPEG[:2] + b"\xff" * 20_000_000 + JPEG[2:]
    found = plain_jpeg(filled)
    assert found is not None
    assert found.data == filled


@pytest.mark.parametrize("size", [(80, 56), (81, 57), (17, 16), (8, 8), (1, 40), (97, 15)])
@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_restarts_of_encoders_are_as_many_as_they_should_be(
    size: tuple[int, int], sampling: str, progressive: bool
) -> None:
    """A wrong count would not be noticed by a reader: the page would only be encoded again."""
    image = photo(*size)
    for options in ({"restart_marker_rows": 1}, {"restart_marker_blocks": 1}, {"restart_marker_blocks": 7}):
        data = saved(image, "JPEG", subsampling=sampling, progressive=progressive, **options)
        assert plain_jpeg(data) is not None


def test_metadata_is_left_out_and_the_colours_stay() -> None:
    profile = b"\0" * 200
    plain = saved(IMAGE, "JPEG", icc_profile=profile)
    data = saved(IMAGE, "JPEG", icc_profile=profile, exif=exif(1), comment=b"by whom")
    data = with_segment(with_segment(data, 0xE2, b"MPF\0 more pictures"), 0xEE, b"Other notes")
    bare = without_metadata(data)
    assert bare == plain
    assert decoded(bare).info["icc_profile"] == profile
    np.testing.assert_array_equal(
        cv2.imdecode(np.frombuffer(bare, np.uint8), cv2.IMREAD_COLOR),
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR),
    )
    assert without_metadata(JPEG) == JPEG
