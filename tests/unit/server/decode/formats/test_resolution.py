"""The resolution of an image is what its file says, for the upright image, unless that is absurd."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL.TiffImagePlugin import IFDRational

from server.decode.formats.exif import exif_entries
from server.decode.formats.frames import FrameFile
from server.decode.formats.headers import read_header
from server.decode.formats.resolution import Resolution, believable, exif_resolution, pillow_resolution

SIZE = (120, 80)


def picture(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", SIZE, "white").save(buffer, kind, **options)
    return buffer.getvalue()


def exif(across: object, down: object, unit: int | None = 2, orientation: int = 1) -> Pillow.Exif:
    found = Pillow.Exif()
    found[0x0112] = orientation
    found[0x011A], found[0x011B] = across, down
    if unit is not None:
        found[0x0128] = unit
    return found


def frames(data: bytes, kind: str = "TIFF") -> tuple[Resolution | None, ...]:
    descriptor = os.memfd_create("frames")
    try:
        os.write(descriptor, data)
        file = FrameFile(descriptor, kind)
        found = file.resolutions(file.total)
        file.close()
    finally:
        os.close(descriptor)
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "JPEG2000"])
def test_the_resolution_stands_in_the_header(kind: str) -> None:
    assert read_header(picture(kind)).resolution is None or kind == "BMP"
    if kind != "JPEG2000":  # Pillow writes none there.
        assert read_header(picture(kind, dpi=(204, 98))).resolution == pytest.approx((204, 98), abs=0.1)


def test_a_jpeg_2000_has_its_own() -> None:
    data = picture("JPEG2000")
    # 80 and 40 dots per centimetre: numerator, denominator and exponent, down first (ISO 15444-1, I.5.3.7).
    numbers = b"".join(number.to_bytes(2) for number in (40, 1, 80, 1)) + b"\2\2"
    box = (26).to_bytes(4) + b"res " + (18).to_bytes(4) + b"resc" + numbers
    at = data.index(b"jp2h") - 4
    length = int.from_bytes(data[at : at + 4]) + len(box)
    end = at + length - len(box)
    changed = data[:at] + length.to_bytes(4) + data[at + 4 : end] + box + data[end:]
    assert read_header(changed).resolution == pytest.approx((203.2, 101.6))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("unit", "factor"), [(2, 1.0), (None, 1.0), (1, 1.0), (3, 2.54)])
def test_the_resolution_stands_in_exif(kind: str, unit: int | None, factor: float) -> None:
    header = read_header(picture(kind, exif=exif(150.0, 75.0, unit)))
    assert header.resolution == pytest.approx((150 * factor, 75 * factor))


@pytest.mark.parametrize(
    ("across", "down", "unit"),
    [(0.0, 0.0, 2), (1.0, 1.0, 2), (72.0, 72.0, 9), (65535.0, 65535.0, 2), (300.0, 0.0, 2), (900.0, 100.0, 2)],
)
def test_absurd_exif_counts_as_none(across: float, down: float, unit: int) -> None:
    assert read_header(picture("WEBP", exif=exif(across, down, unit))).resolution is None


@pytest.mark.parametrize("numbers", [(-72, 1), (72, 0), (0, 0), (1, -1)])
def test_rationals_that_are_no_number_count_as_none(numbers: tuple[int, int]) -> None:
    block = picture("WEBP", exif=exif(77.0, 77.0))
    rational = (77).to_bytes(4) + (1).to_bytes(4)
    assert block.count(rational) == 2
    changed = block.replace(rational, b"".join(number.to_bytes(4, signed=True) for number in numbers))
    assert read_header(changed).resolution is None


@pytest.mark.parametrize(("kind", "expected"), [(5, (150, 75)), (3, None), (10, None), (4, None)])
def test_only_numbers_of_the_right_type_count(kind: int, expected: tuple[float, float] | None) -> None:
    """The third field of each entry is the place of the number; another type has its value there."""
    numbers = b"".join(number.to_bytes(4, "little") for number in (150, 1, 75, 1))
    entries = [
        tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + b"\1\0\0\0" + place.to_bytes(4, "little")
        for tag, place in ((0x011A, 38), (0x011B, 46))
    ]
    block = b"II*\0\x08\0\0\0\2\0" + b"".join(entries) + bytes(4) + numbers
    assert exif_resolution(block, exif_entries(block)) == expected


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_turned_image_has_a_turned_resolution(kind: str, orientation: int) -> None:
    header = read_header(picture(kind, exif=exif(204.0, 98.0, orientation=orientation)))
    assert (header.size, header.resolution) == (SIZE[::-1], pytest.approx((98, 204)))


def test_jfif_counts_before_exif_unless_it_is_absurd() -> None:
    assert read_header(picture("JPEG", dpi=(300, 300), exif=exif(72.0, 72.0))).resolution == (300, 300)
    assert read_header(picture("JPEG", dpi=(1, 1), exif=exif(72.0, 72.0))).resolution == (72, 72)
    assert read_header(picture("PNG", dpi=(1, 1), exif=exif(72.0, 72.0))).resolution == (72, 72)


@pytest.mark.parametrize(("unit", "expected"), [(0, None), (1, (40, 80)), (2, (101.6, 203.2)), (3, None)])
def test_jfif_may_count_in_centimetres_or_tell_only_the_shape(unit: int, expected: tuple[float, float] | None) -> None:
    data = bytearray(picture("JPEG", dpi=(40, 80)))
    data[13] = unit
    assert read_header(bytes(data)).resolution == (expected and pytest.approx(expected))


def test_a_tiff_has_its_own() -> None:
    assert frames(picture("TIFF", dpi=(204, 98))) == (pytest.approx((204, 98)),)
    assert frames(picture("TIFF", resolution_unit="cm", x_resolution=40.0, y_resolution=80.0)) == (
        pytest.approx((101.6, 203.2)),
    )
    assert frames(picture("TIFF", tiffinfo={0x0112: 6}, dpi=(204, 98))) == (pytest.approx((98, 204)),)
    assert frames(picture("TIFF")) == (None,)


def test_a_frame_does_not_get_the_resolution_of_the_one_before() -> None:
    buffer = io.BytesIO()
    first, second = Pillow.new("L", SIZE), Pillow.new("L", SIZE)
    second.encoderinfo = {"dpi": None}
    first.save(buffer, "TIFF", save_all=True, append_images=[second], dpi=(204, 98))
    assert frames(buffer.getvalue()) == (pytest.approx((204, 98)), None)


def test_a_gif_has_none() -> None:
    assert frames(picture("GIF"), "GIF") == (None,)


@pytest.mark.parametrize(
    "found",
    [
        None, (0.0, 0.0), (1.0, 1.0), (300.0, 0.0), (300.0, 9600.0), (1200.0, 200.0), (float("nan"), 100.0),
        (float("inf"), float("inf")), (-72.0, -72.0), (65535.0, 65535.0),
    ],
)  # fmt: skip
def test_what_no_page_has_is_absurd(found: Resolution | None) -> None:
    assert believable((1000, 1000), found) is None
    assert believable((1000, 1000), found, (100.0, 100.0)) == (100, 100)


def test_a_photo_of_many_pixels_is_no_page_of_48_inches() -> None:
    assert believable((4000, 3000), (72.0, 72.0)) is None
    assert believable((842, 595), (72.0, 72.0)) == (72, 72)
    assert believable((1728, 1078), (204.0, 98.0)) == (204, 98)
    assert believable((1728, 539), (204.0, 49.0)) == (204, 49)


@given(st.binary(max_size=120))
def test_any_exif_block_has_one_or_none(block: bytes) -> None:
    for head in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        found = exif_resolution(head + block, exif_entries(head + block))
        assert found is None or min(found) >= 0


@pytest.mark.parametrize(
    "found", [None, 72, (72,), ("a", 1), (1, float("nan")), (float("inf"), 1), (10**400, 1), (IFDRational(1, 0), 1)]
)
def test_what_pillow_cannot_have_found_is_none(found: object) -> None:
    assert pillow_resolution(found) is None
