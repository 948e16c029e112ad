"""The encoding of a page's pixels, as Pillow and PDFium read it."""

import io
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from models.document import Image
from server.export.drawing.pictures import PictureEncodingFailed, encode_jpeg
from server.export.files import picture_encoding
from server.export.files.file_page import Encoding, FilePage, PagePicture
from server.export.files.picture_encoding import encoded
from server.export.files.picture_pdf import picture_pdf
from tests.unit.server.export.files.page_samples import bilevel_page, photo, rendered, text_page

PDF: tuple[Encoding, ...] = ("jpeg", "png", "fax")
SLIDES: tuple[Encoding, ...] = ("jpeg", "png")


def only(image: Image, allowed: Sequence[Encoding] = PDF) -> PagePicture:
    (picture,) = encoded(image, allowed)
    assert (picture.corner, picture.size) == ((0, 0), (image.shape[1], image.shape[0]))
    return picture


def shown(image: Image, allowed: Sequence[Encoding] = PDF) -> Image:
    """A page's pixels, by way of its encoding and PDFium."""
    height, width = image.shape[:2]
    page = FilePage(encoded(image, allowed), width, height, (width / 2, height / 2), ())
    return rendered(picture_pdf([page]), width)


def coloured(image: Image, dark: tuple[int, int, int], light: tuple[int, int, int]) -> Image:
    return np.where(image < 128, np.array(dark, np.uint8), np.array(light, np.uint8))


PALETTE = np.asarray(text_page() // 64 * 64, np.uint8)
HALFTONE = np.random.default_rng(1).integers(0, 256, (400, 300, 1)).astype(np.uint8)
LOSSLESS = {
    "bilevel": (bilevel_page(), "fax"),
    "white on black": (255 - bilevel_page(), "fax"),
    "two colours": (coloured(bilevel_page(), (90, 0, 0), (220, 255, 250)), "fax"),
    "a blank page": (np.full((877, 620, 3), 255, np.uint8), "fax"),
    "a black page": (np.zeros((877, 620, 3), np.uint8), "fax"),
    "few greys": (PALETTE, "png"),
    "few colours": (coloured(PALETTE, (90, 0, 0), (220, 255, 250)) // 2 + PALETTE // 4, "png"),
    "grey": (text_page(), "png"),
    "many colours": (np.asarray(text_page() // (1, 2, 3) + np.arange(620)[:, None] // 4, np.uint8), "png"),
    "a halftone": (coloured(HALFTONE, (0, 0, 0), (255, 255, 255)), "png"),
    "odd sides": (bilevel_page()[:301, :123], "fax"),
    "one pixel": (np.full((1, 1, 3), 7, np.uint8), "png"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in LOSSLESS if name != "one pixel"])
def test_no_pixel_of_a_drawn_page_changes(name: str) -> None:
    image, encoding = LOSSLESS[name]
    assert only(image).encoding == encoding
    np.testing.assert_array_equal(shown(image), image)
    np.testing.assert_array_equal(shown(image, SLIDES), image)


@pytest.mark.parametrize("name", LOSSLESS)
def test_slides_get_a_png_of_the_same_pixels(name: str) -> None:
    image, _ = LOSSLESS[name]
    picture = only(image, SLIDES)
    assert picture.encoding == "png"
    read = np.asarray(Pillow.open(io.BytesIO(picture.data)).convert("RGB"))
    np.testing.assert_array_equal(read[..., ::-1], image)


def test_two_colours_take_a_bit_for_each_pixel() -> None:
    assert Pillow.open(io.BytesIO(only(bilevel_page(), SLIDES).data)).mode in ("1", "P")
    raw = 620 * 877 / 8
    assert len(only(bilevel_page(), SLIDES).data) < raw / 2
    assert len(only(bilevel_page()).data) < raw / 2
    halftone, _ = LOSSLESS["a halftone"]
    assert len(only(halftone).data) < 1.1 * 400 * 300 / 8


def test_a_group_4_page_stays_one_where_png_would_be_smaller() -> None:
    image = np.full((877, 620, 3), 255, np.uint8)
    for y in range(40, 860, 24):
        cv2.putText(image, "always the same words", (40, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0))
    image = coloured(image, (0, 0, 0), (255, 255, 255))
    assert only(image).encoding == "png"
    (fax,) = encoded(image, PDF, 20_000)
    assert (fax.encoding, len(fax.data) < 20_000) == ("fax", True)
    (png,) = encoded(image, PDF, 1000)
    assert png.encoding == "png"


def test_a_photo_is_a_jpeg_in_colour_or_grey() -> None:
    picture = only(photo())
    assert (picture.encoding, picture.grey) == ("jpeg", False)
    assert picture.data == encode_jpeg(photo())
    grey = np.repeat(photo()[..., :1], 3, axis=2)
    picture = only(grey)
    assert (picture.encoding, picture.grey) == ("jpeg", True)
    assert Pillow.open(io.BytesIO(picture.data)).mode == "L"
    for image in (photo(), grey):
        assert np.abs(shown(image).astype(int) - image).mean() < 6


def test_the_smaller_one_wins() -> None:
    for image in (text_page(), photo(), text_page() // 2 + photo() // 2):
        jpeg = len(encode_jpeg(image))
        written, png = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 6])
        assert written
        assert len(only(image).data) <= 1.1 * min(jpeg, len(png))


@pytest.mark.parametrize("image", [bilevel_page(), text_page(), photo()], ids=["bilevel", "grey", "photo"])
@pytest.mark.parametrize("allowed", [PDF, SLIDES])
def test_a_long_page_is_several_pictures(
    monkeypatch: pytest.MonkeyPatch, image: Image, allowed: tuple[Encoding, ...]
) -> None:
    monkeypatch.setattr(picture_encoding, "MOST_SIDE", 500)
    pictures = encoded(image, allowed)
    assert [picture.corner for picture in pictures] == [(0, 0), (500, 0), (0, 500), (500, 500)]
    assert [picture.size for picture in pictures] == [(500, 500), (120, 500), (500, 377), (120, 377)]
    assert np.abs(shown(image, allowed).astype(int) - image).mean() < 6


def test_pages_longer_than_a_jpeg_are_shown() -> None:
    image = np.full((70_000, 40, 3), 255, np.uint8)
    image[65_400:65_600] = 0
    pictures = encoded(image, PDF)
    assert [(picture.corner, picture.size) for picture in pictures] == [
        ((0, 0), (40, 65_500)),
        ((0, 65_500), (40, 4500)),
    ]
    page = FilePage(pictures, 40, 70_000, (20, 35_000), ())
    with_pixels = rendered(picture_pdf([page]), 4)
    dark = np.flatnonzero(with_pixels[:, 1, 0] < 128)
    scale = with_pixels.shape[0] / 70_000
    assert (dark[0] / scale, dark[-1] / scale) == pytest.approx((65_400, 65_600), abs=40)


def test_an_empty_page_is_an_error() -> None:
    with pytest.raises(PictureEncodingFailed):
        encoded(np.zeros((0, 5, 3), np.uint8), PDF)
