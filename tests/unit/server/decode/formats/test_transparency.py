"""Transparent pixels: dropped as in the reference, or composited on a background where a contract asks for it."""

import asyncio
import io

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from models.document import Image
from server.config.settings import MIN_DECODE_MEGABYTES, DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.formats.headers import read_header
from server.decode.formats.images import decode_image
from server.decode.formats.transparency import decode_composited
from server.errors import InvalidInputFile
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import encoded, pixels, with_orientation

BLACK, WHITE = 0, 255
SIZE = (40, 24)
"""Width and height."""
MARK = (slice(8, 16), slice(10, 30))
"""The drawing fills this place; all else is transparent."""


def drawing(ink: int, hidden: int, alpha: int = 255) -> Pillow.Image:
    """A bar on nothing, whose transparent pixels have a colour that nobody is to see."""
    image = np.full((SIZE[1], SIZE[0], 4), (hidden, hidden, hidden, 0), np.uint8)
    image[MARK] = (ink, ink, ink, alpha)
    return Pillow.fromarray(image, "RGBA")


def saved(image: Pillow.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _palette(ink: int, hidden: int) -> bytes:
    image = Pillow.fromarray((np.asarray(drawing(ink, hidden))[..., 3] > 0).astype(np.uint8), "P")
    image.putpalette([hidden] * 3 + [ink] * 3)
    return saved(image, transparency=0)


def _one_colour(ink: int, hidden: int) -> bytes:
    grey = np.asarray(drawing(ink, hidden).convert("L")).copy()
    grey[np.asarray(drawing(ink, hidden))[..., 3] == 0] = 77
    return saved(Pillow.fromarray(grey).convert("RGB"), transparency=(77, 77, 77))


def _deep(ink: int, hidden: int) -> bytes:
    image = np.asarray(drawing(ink, hidden)).astype(np.uint16) * 257
    return cv2.imencode(".png", image)[1].tobytes()


FILES = {
    "PNG": lambda ink, hidden: saved(drawing(ink, hidden)),
    "PNG, grey": lambda ink, hidden: saved(drawing(ink, hidden).convert("LA")),
    "PNG, palette": _palette,
    "PNG, one colour": _one_colour,
    "PNG, 16 bits": _deep,
    "WebP": lambda ink, hidden: saved(drawing(ink, hidden), "WEBP", lossless=True, exact=True),
    "WebP, lossy": lambda ink, hidden: saved(drawing(ink, hidden), "WEBP", quality=95, exact=True),
}


def composited(data: bytes) -> Image:
    return decode_composited(data, read_header(data))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("ink", "background"), [(BLACK, WHITE), (WHITE, BLACK)])
def test_what_is_drawn_contrasts_with_the_background(name: str, ink: int, background: int) -> None:
    data = FILES[name](ink, ink)
    assert read_header(data).alpha
    image = composited(data).astype(int)
    assert abs(image[10:14, 12:28] - ink).max() < 16
    assert abs(image[:6] - background).max() < 16
    assert (decode_image(data, read_header(data))[:6] == (77 if "one" in name else ink)).all()


def test_half_transparent_pixels_are_composited_on_the_background() -> None:
    assert (abs(composited(saved(drawing(BLACK, BLACK, alpha=192)))[MARK].astype(int) - 63) <= 1).all()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", "BMP"])
def test_an_image_without_transparent_pixels_stays_as_it_is(kind: str) -> None:
    opaque = pixels(*SIZE)
    data = encoded(opaque, kind)
    np.testing.assert_array_equal(composited(data), decode_image(data, read_header(data)))
    full = Pillow.fromarray(np.dstack([opaque[..., ::-1], np.full(opaque.shape[:2], 255, np.uint8)]), "RGBA")
    np.testing.assert_array_equal(composited(saved(full)), opaque)


def test_text_beside_a_light_panel_is_not_lost_with_the_panel_s_own_background() -> None:
    image = np.full((60, 60, 4), (255, 255, 255, 0), np.uint8)
    image[:40, :40] = (235, 235, 235, 255)
    image[45:55:2, 5:55] = (0, 0, 0, 255)
    shown = composited(saved(Pillow.fromarray(image, "RGBA")))
    assert (shown[45, 10:50] == BLACK).all()
    assert (shown[57:, :] == WHITE).all()
    assert (shown[5:35, 5:35] == 235).all()


@pytest.mark.parametrize("alpha", [0, 120])
def test_alpha_that_sets_nothing_apart_is_dropped(alpha: int) -> None:
    """The same everywhere: a file whose writer left it out, or a faint stamp."""
    opaque = pixels(*SIZE)
    image = np.dstack([opaque[..., ::-1], np.full(opaque.shape[:2], alpha, np.uint8)])
    np.testing.assert_array_equal(composited(saved(Pillow.fromarray(image, "RGBA"))), opaque)


def test_a_turned_picture_is_turned_after_that() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    turned = composited(saved(drawing(BLACK, BLACK), exif=exif))
    np.testing.assert_array_equal(turned, np.rot90(composited(saved(drawing(BLACK, BLACK))), -1))


def test_transparency_is_found_behind_an_orientation() -> None:
    data = _palette(BLACK, BLACK)
    at = data.index(b"tRNS") - 4
    exif = with_orientation(pixels(*SIZE), "PNG", 6)
    begin = exif.index(b"eXIf") - 4
    end = begin + 12 + int.from_bytes(exif[begin : begin + 4], "big")
    header = read_header(data[:at] + exif[begin:end] + data[at:])
    assert (header.alpha, header.orientation) == (True, 6)


def test_grey_with_one_transparent_shade_stays_grey() -> None:
    """OpenCV gives it no alpha; the shade is seen as it is."""
    grey = np.full((SIZE[1], SIZE[0]), 200, np.uint8)
    grey[MARK] = BLACK
    data = saved(Pillow.fromarray(grey, "L"), transparency=200)
    assert not read_header(data).alpha
    assert (composited(data)[:6] == 200).all()


def test_a_picture_that_is_cut_off_is_refused_alike() -> None:
    data = saved(drawing(BLACK, BLACK))[:60]
    for decode in (decode_image, decode_composited):
        with pytest.raises(InvalidInputFile):
            decode(data, read_header(data))


def test_isolation_and_memory(bench: Bench) -> None:
    """In a worker even where other pictures are not; large ones in the least memory that is allowed."""
    data = saved(drawing(BLACK, BLACK))
    large = saved(Pillow.new("RGBA", (5000, 4000), (0, 0, 0, 0)), compress_level=1)

    async def first_page(decoder: Decoder, file: bytes, composite_alpha: bool = True) -> Image:
        raw = RawFile(file, FileKind.IMAGE, composite_alpha=composite_alpha)
        async with decoder.open(raw, max_pages=None) as document:
            return (await document.page(0)).image

    async def risky() -> tuple[Image, Image]:
        settings = DecodeSettings(workers=1, isolate="risky", memory_megabytes=MIN_DECODE_MEGABYTES)
        decoder = Decoder(settings, LimitSettings())
        await decoder.start()
        try:
            return await first_page(decoder, data), await first_page(decoder, large)
        finally:
            await decoder.stop()

    np.testing.assert_array_equal(bench.run(first_page(bench.decoder, data)), composited(data))
    small_image, large_image = asyncio.run(risky())
    np.testing.assert_array_equal(small_image, composited(data))
    assert large_image.shape == (4000, 5000, 3)
    assert not bench.run(first_page(bench.decoder, data, composite_alpha=False)).any()
