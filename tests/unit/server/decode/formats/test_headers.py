"""Sizes come from headers alone, and are the ones that decoding gives."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from server.decode.formats.exif import exif_entries, exif_orientation
from server.decode.formats.headers import OTHER_HEADER_BYTES, read_header
from server.decode.formats.images import decode_image
from server.errors import InvalidInputFile
from tests.unit.server.decode.samples import Pixels, encoded, pam, pfm, pixels, png_header, scan_bomb, with_orientation

IMAGE = pixels(53, 37)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "PPM", "JPEG2000"])
def test_size_of_each_format(kind: str) -> None:
    assert read_header(encoded(IMAGE, kind)).size == (53, 37)


@pytest.mark.parametrize(("make", "size"), [(pam, (53, 37)), (pfm, (53, 37))])
def test_size_of_netpbm_formats_that_pillow_does_not_know(
    make: Callable[[Pixels], bytes], size: tuple[int, int]
) -> None:
    header = read_header(make(IMAGE))
    assert (header.size, header.rare) == (size, True)


@pytest.mark.parametrize("part", [b"\xff", b"\xff\xe0\0\2"])
def test_the_search_for_a_jpegs_size_ends(part: bytes) -> None:
    """Each step costs time of the whole server."""
    data = encoded(IMAGE, "JPEG")
    assert read_header(data[:2] + part * 1000 + data[2:]).size == (53, 37)
    with pytest.raises(InvalidInputFile):
        read_header(data[:2] + part * 20_000 + data[2:])


@pytest.mark.parametrize(
    ("kind", "at", "part"), [("PNG", 33, b"\0\0\0\0teXtaaaa"), ("WEBP", 30, b"ABCD\0\0\0\0")], ids=["PNG", "WEBP"]
)
def test_the_search_for_an_orientation_ends(kind: str, at: int, part: bytes) -> None:
    data = with_orientation(IMAGE, kind, 6)
    assert read_header(data[:at] + part * 1000 + data[at:]).orientation == 6
    assert read_header(data[:at] + part * 20_000 + data[at:]).orientation == 1


def moved_behind(data: bytes, chunk: bytes, place: bytes) -> bytes:
    """A PNG with one of its chunks moved behind the last one of another name."""
    begin = data.index(chunk) - 4
    end = begin + 12 + int.from_bytes(data[begin : begin + 4], "big")
    rest = data[:begin] + data[end:]
    at = rest.rindex(place) - 4
    behind = at + 12 + int.from_bytes(rest[at : at + 4], "big")
    return rest[:behind] + data[begin:end] + rest[behind:]


def test_an_orientation_behind_the_pixels_counts() -> None:
    """As in OpenCV, and so in the reference."""
    data = moved_behind(with_orientation(IMAGE, "PNG", 6), b"eXIf", b"IDAT")
    assert data.index(b"eXIf") > data.index(b"IDAT")
    header = read_header(data)
    assert (header.orientation, header.size) == (6, (37, 53))
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(decode_image(data, header), expected)


def test_a_transparent_colour_behind_the_pixels_does_not_count() -> None:
    """The decoder has drawn them by then."""
    buffer = io.BytesIO()
    Pillow.new("L", (53, 37)).save(buffer, "PNG", transparency=0)
    assert read_header(buffer.getvalue()).alpha
    late = read_header(moved_behind(buffer.getvalue(), b"tRNS", b"IDAT"))
    assert (late.alpha, late.clear_shade) == (False, None)


def test_a_pam_with_long_comments_is_measured() -> None:
    magic, _, rest = pam(IMAGE).partition(b"\n")
    assert read_header(magic + b"\n" + b"# a comment\n" * 1000 + rest).size == (53, 37)
    with pytest.raises(InvalidInputFile):
        read_header(magic + b"\n" + b"# a comment\n" * OTHER_HEADER_BYTES + rest)


def test_the_search_for_a_rare_formats_size_ends() -> None:
    head, _, rest = encoded(IMAGE, "PPM").partition(b"\n")
    assert read_header(head + b"\n" + b"#\n" * 1000 + rest).size == (53, 37)
    with pytest.raises(InvalidInputFile):
        read_header(head + b"\n" + b"#\n" * OTHER_HEADER_BYTES + rest)


@pytest.mark.parametrize("progressive", [True, False])
def test_scans_of_a_jpeg_are_counted(progressive: bool) -> None:
    assert read_header(encoded(IMAGE, "JPEG")).scans == 1
    assert read_header(scan_bomb(16, 100, progressive)).scans >= 100


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": Pillow.Exif()}, {"quality": 10}])
def test_webp_layouts(options: dict[str, object]) -> None:
    assert read_header(encoded(IMAGE, "WEBP", **options)).size == (53, 37)


def test_webp_with_alpha_uses_the_extended_layout() -> None:
    buffer = io.BytesIO()
    Pillow.new("RGBA", (53, 37), (1, 2, 3, 4)).save(buffer, "WEBP", quality=50)
    assert read_header(buffer.getvalue()).size == (53, 37)


@pytest.mark.parametrize("options", [{"progressive": True}, {"comment": b"\xff\xc0\xff\xda" * 9}, {"optimize": True}])
def test_jpeg_variants(options: dict[str, object]) -> None:
    assert read_header(encoded(IMAGE, "JPEG", **options)).size == (53, 37)


def test_jpeg_with_garbage_between_segments() -> None:
    data = encoded(IMAGE, "JPEG")
    assert read_header(data[:2] + b"\xff\xff\xff\x00garbage" + data[2:]).size == (53, 37)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_turns_the_size(kind: str, orientation: int) -> None:
    header = read_header(with_orientation(IMAGE, kind, orientation))
    assert header.orientation == orientation
    assert header.stored == (53, 37)
    assert header.size == ((37, 53) if orientation > 4 else (53, 37))


def test_a_huge_png_is_measured_without_decoding() -> None:
    assert read_header(png_header(100_000, 90_000)).size == (100_000, 90_000)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff", b"GIF", b"%PDF-1.7", b"<svg/>", b"\0\0\0 ftypheic", b"RIFF1234WEBPVP9 "]
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputFile):
        read_header(data)


@given(st.sampled_from(["PNG", "JPEG", "WEBP", "BMP", "PPM"]), st.data())
def test_damaged_headers_are_read_or_refused(kind: str, draw: st.DataObject) -> None:
    data = bytearray(encoded(IMAGE, kind))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, min(200, len(data) - 1)))] = draw.draw(st.integers(0, 255))
    try:
        assert min(read_header(bytes(data)).size) > 0
    except InvalidInputFile:
        return


@given(st.binary(max_size=200))
def test_any_exif_block_gives_an_orientation(block: bytes) -> None:
    for exif in (block, b"MM\0*\0\0\0\x08" + block):
        assert 1 <= exif_orientation(exif, exif_entries(exif)) <= 8
