"""A JPEG is its own picture where the result file shows it as it was read."""

import pytest

from server.export.files.file_page import Encoding
from server.export.files.source_picture import source_picture
from tests.unit.server.export.files.page_samples import exif, photo, saved

PDF: tuple[Encoding, ...] = ("source_jpeg", "jpeg", "png", "fax")
SLIDES: tuple[Encoding, ...] = ("bare_source_jpeg", "jpeg", "png")
IMAGE = photo(80, 56)


def test_a_pdf_gets_every_byte_and_the_orientation() -> None:
    data = saved(IMAGE, "JPEG", exif=exif(6))
    picture = source_picture(data, (56, 80), PDF)
    assert picture is not None
    assert (picture.data, picture.size, picture.shown_size) == (data, (80, 56), (56, 80))
    assert (picture.encoding, picture.orientation, picture.grey) == ("source_jpeg", 6, False)


@pytest.mark.parametrize(("orientation", "size"), [(1, (80, 56)), (3, (80, 56)), (8, (56, 80))])
def test_slides_get_it_without_metadata(orientation: int, size: tuple[int, int]) -> None:
    picture = source_picture(saved(IMAGE, "JPEG", exif=exif(orientation)), size, SLIDES)
    assert picture is not None
    assert (picture.encoding, picture.data) == ("bare_source_jpeg", saved(IMAGE, "JPEG"))
    assert (picture.orientation, picture.shown_size) == (orientation, size)


@pytest.mark.parametrize(
    ("data", "size", "allowed"),
    [
        (saved(IMAGE, "JPEG"), (56, 80), PDF),
        (saved(IMAGE, "JPEG"), (80, 57), PDF),
        (saved(IMAGE, "JPEG"), (80, 56), ("png",)),
        (saved(IMAGE, "JPEG", "CMYK"), (80, 56), PDF),
        (saved(IMAGE, "PNG"), (80, 56), PDF),
        (saved(IMAGE, "TIFF"), (80, 56), PDF),
    ],
)
def test_otherwise_there_is_none(data: bytes, size: tuple[int, int], allowed: tuple[Encoding, ...]) -> None:
    assert source_picture(data, size, allowed) is None
