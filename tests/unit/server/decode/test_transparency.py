"""Transparent pixels: dropped as the reference drops them, or, where a contract asks for it, shown as their ground."""

import asyncio
import io

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from models.document import Image
from server.decode.decoder import Decoder
from server.decode.headers import read_header
from server.decode.images import decode_image
from server.intake.raw_file import FileKind, RawFile
from server.settings import DecodeSettings, LimitSettings
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import encoded, pixels, with_orientation

BLACK, WHITE = 0, 255
SIZE = (40, 24)
"""Width and height."""
MARK = (slice(8, 16), slice(10, 30))
"""What is drawn; all else is transparent."""


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


def flat(data: bytes) -> Image:
    return decode_image(data, read_header(data), flatten=True)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("ink", "ground"), [(BLACK, WHITE), (WHITE, BLACK)])
def test_what_is_drawn_stands_out_from_the_ground(name: str, ink: int, ground: int) -> None:
    data = FILES[name](ink, ink)
    assert read_header(data).alpha
    image = flat(data).astype(int)
    assert abs(image[10:14, 12:28] - ink).max() < 16
    assert abs(image[:6] - ground).max() < 16
    assert (decode_image(data, read_header(data))[:6] == (77 if "one" in name else ink)).all()


def test_half_transparent_pixels_are_mixed_with_the_ground() -> None:
    assert (abs(flat(saved(drawing(BLACK, BLACK, alpha=192)))[MARK].astype(int) - 63) <= 1).all()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", "BMP"])
def test_an_image_without_transparent_pixels_stays_as_it_is(kind: str) -> None:
    opaque = pixels(*SIZE)
    data = encoded(opaque, kind)
    np.testing.assert_array_equal(flat(data), decode_image(data, read_header(data)))
    full = Pillow.fromarray(np.dstack([opaque[..., ::-1], np.full(opaque.shape[:2], 255, np.uint8)]), "RGBA")
    np.testing.assert_array_equal(flat(saved(full)), opaque)


def test_a_picture_of_which_nothing_can_be_seen_is_white() -> None:
    assert (flat(saved(drawing(BLACK, BLACK, alpha=0))) == WHITE).all()


def test_a_turned_picture_is_turned_after_that() -> None:
    data = with_orientation(pixels(*SIZE), "PNG", 6)
    assert flat(data).shape == (SIZE[0], SIZE[1], 3)
    np.testing.assert_array_equal(flat(data), decode_image(data, read_header(data)))


def test_decode_workers_and_the_server_s_own_process_agree(bench: Bench) -> None:
    data = saved(drawing(BLACK, BLACK))

    async def first_page(decoder: Decoder, flatten: bool) -> Image:
        async with decoder.open(RawFile(data, FileKind.IMAGE, flatten=flatten), max_pages=None) as document:
            return (await document.page(0)).image

    async def in_process() -> Image:
        decoder = Decoder(DecodeSettings(workers=1, isolate="risky"), LimitSettings())
        await decoder.start()
        try:
            return await first_page(decoder, flatten=True)
        finally:
            await decoder.stop()

    np.testing.assert_array_equal(bench.run(first_page(bench.decoder, flatten=True)), flat(data))
    np.testing.assert_array_equal(asyncio.run(in_process()), flat(data))
    assert not bench.run(first_page(bench.decoder, flatten=False)).any()
