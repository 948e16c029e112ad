"""Transparent pixels: dropped as in the reference, or composited on a background where a contract asks for it."""

import asyncio
import struct
import zlib
from collections.abc import Callable, Sequence

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
from tests.unit.server.decode.drawings import BLACK, MARK, SIZE, WHITE, drawing, saved
from tests.unit.server.decode.samples import Pixels, box, encoded, pixels, with_boxes, with_orientation

PAM_HEADER = b"P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL 255\nTUPLTYPE %b\nENDHDR\n"


def png(size: tuple[int, int], depth: int, rows: Pixels, chunks: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A grey PNG of packed rows, with chunks before its pixels."""
    header = struct.pack(">IIBBBBB", *size, depth, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in ((b"IHDR", header), *chunks, (b"IDAT", body), (b"IEND", b""))
    )


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


def _one_shade(ink: int, hidden: int) -> bytes:
    """Grey, with the shade beside the ink as the transparent one, as programs that make PNG files small choose it."""
    grey = np.full((SIZE[1], SIZE[0]), abs(hidden - 1), np.uint8)
    grey[MARK] = ink
    return saved(Pillow.fromarray(grey), transparency=abs(hidden - 1))


def _jpeg2000(mode: str, **options: object) -> Callable[[int, int], bytes]:
    return lambda ink, hidden: saved(drawing(ink, hidden).convert(mode), "JPEG2000", **options)


def _jpeg2000_palette(ink: int, hidden: int) -> bytes:
    """Indices of a palette of four columns, which a list of channels explains (T.800, I.5.3.4 to I.5.3.6)."""
    index = (np.asarray(drawing(ink, hidden))[..., 3] > 0).astype(np.uint8)
    colours = bytes([hidden] * 3 + [0] + [ink] * 3 + [255])
    return with_boxes(
        saved(Pillow.fromarray(index), "JPEG2000"),
        inside=box(b"pclr", struct.pack(">HB", 2, 4) + b"\7" * 4 + colours)
        + box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, column) for column in range(4)))
        + box(b"cdef", struct.pack(">H", 4), *(struct.pack(">HHH", at, at == 3, (at + 1) % 4) for at in range(4))),
        colours=16,
    )


def _jpeg2000_deep(ink: int, hidden: int) -> bytes:
    image = np.full((256, 256, 4), (hidden, hidden, hidden, 0), np.uint16)
    image[: SIZE[1], : SIZE[0]] = np.asarray(drawing(ink, hidden))
    return cv2.imencode(".jp2", image * 257, [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000])[1].tobytes()


def _bmp(ink: int, hidden: int) -> bytes:
    return cv2.imencode(".bmp", np.asarray(drawing(ink, hidden)))[1].tobytes()


def _pam(depth: int) -> Callable[[int, int], bytes]:
    def make(ink: int, hidden: int) -> bytes:
        kind = b"RGB_ALPHA" if depth == 4 else b"GRAYSCALE_ALPHA"
        return PAM_HEADER % (*SIZE, depth, kind) + np.asarray(drawing(ink, hidden))[..., -depth:].tobytes()

    return make


FILES = {
    "PNG": lambda ink, hidden: saved(drawing(ink, hidden)),
    "PNG, grey": lambda ink, hidden: saved(drawing(ink, hidden).convert("LA")),
    "PNG, palette": _palette,
    "PNG, one colour": _one_colour,
    "PNG, 16 bits": _deep,
    "PNG, one shade": _one_shade,
    "WebP": lambda ink, hidden: saved(drawing(ink, hidden), "WEBP", lossless=True, exact=True),
    "WebP, lossy": lambda ink, hidden: saved(drawing(ink, hidden), "WEBP", quality=95, exact=True),
    "JPEG 2000": _jpeg2000("RGBA"),
    "JPEG 2000, grey": _jpeg2000("LA"),
    "JPEG 2000, bare": _jpeg2000("RGBA", no_jp2=True),
    "JPEG 2000, bare and grey": _jpeg2000("LA", no_jp2=True),
    "JPEG 2000, palette": _jpeg2000_palette,
    "JPEG 2000, 16 bits": _jpeg2000_deep,
    "BMP": _bmp,
    "PAM": _pam(4),
    "PAM, grey": _pam(2),
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


@pytest.mark.parametrize("name", [name for name in FILES if name != "JPEG 2000, bare and grey"])
def test_without_the_wish_alpha_is_dropped(name: str) -> None:
    """OpenCV does not read the one that is left out, and so neither does the reference."""
    data = FILES[name](BLACK, BLACK)
    image = decode_image(data, read_header(data)).astype(int)
    assert abs(image[:6] - {"PNG, one colour": 77, "PNG, one shade": 1}.get(name, BLACK)).max() < 16


COLOURED = {
    "PNG": saved,
    "JPEG 2000": lambda image: saved(image, "JPEG2000"),
    "BMP": lambda image: cv2.imencode(".bmp", cv2.cvtColor(np.asarray(image), cv2.COLOR_RGBA2BGRA))[1].tobytes(),
    "PAM": lambda image: PAM_HEADER % (*SIZE, 4, b"RGB_ALPHA") + np.asarray(image).tobytes(),
}


@pytest.mark.parametrize("name", COLOURED)
def test_colours_stay_what_they_are(name: str) -> None:
    image = np.asarray(drawing(BLACK, BLACK)).copy()
    image[MARK] = (200, 20, 90, 255)
    data = COLOURED[name](Pillow.fromarray(image, "RGBA"))
    assert composited(data)[12, 20].tolist() == [90, 20, 200]
    assert decode_image(data, read_header(data))[12, 20].tolist() == [90, 20, 200]


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_one_shade_is_found_at_every_depth(depth: int) -> None:
    """Less than 8 bits are spread over 8, and 16 are compared before they become 8."""
    most = (1 << depth) - 1
    shade, ink = most, most - 1
    samples = np.full((SIZE[1], SIZE[0]), shade, np.uint32)
    samples[MARK] = ink
    bits = samples[..., None] >> np.arange(depth - 1, -1, -1) & 1
    rows = np.packbits(bits.reshape(SIZE[1], -1).astype(np.uint8), axis=1)
    data = png(SIZE, depth, rows, [(b"tRNS", struct.pack(">H", shade))])
    image = composited(data)
    near_white = ink * 255 // most if depth < 8 else ink >> (depth - 8)
    expected = BLACK if near_white >= 128 else WHITE
    assert (image[:6] == expected).all()
    assert (image[10:14, 12:28] == near_white).all()


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


def test_a_fourth_channel_that_is_no_alpha_is_dropped() -> None:
    """A list of channels says so, or the colour space: CMYK has four."""
    data = saved(drawing(BLACK, 9), "JPEG2000")
    assert read_header(data).alpha
    listed = box(b"cdef", struct.pack(">H", 4), *(struct.pack(">HHH", at, 0, at + 1) for at in range(4)))
    data = data.replace(b"cdef", b"free")
    for other in (with_boxes(data, inside=listed), with_boxes(data, colours=12)):
        assert not read_header(other).alpha
    assert (composited(with_boxes(data, inside=listed))[:6] == 9).all()


def test_a_bmp_of_32_bits_without_a_mask_of_alpha_has_none() -> None:
    data = saved(drawing(WHITE, BLACK), "BMP")
    assert not read_header(data).alpha


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
