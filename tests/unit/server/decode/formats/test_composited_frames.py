"""TIFF and GIF with transparent pixels, through the decoder and its workers."""

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from models.document import Image
from server.decode.document import DocumentInfo
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.drawings import BLACK, MARK, SIZE, WHITE, drawing, saved
from tests.unit.server.decode.samples import Pixels, encoded, pixels, tiff, tiff_of

BLACK_IS_ZERO, COLOURS, PALETTE = 1, 2, 3
UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2


def samples(ink: int, hidden: int, extra: int | None = UNASSOCIATED) -> Pixels:
    image = np.asarray(drawing(ink, hidden)).copy()
    if extra == ASSOCIATED:
        image[..., :3][image[..., 3] == 0] = 0
    return image


def _colours(extra: int | None, **options: int):  # type: ignore[no-untyped-def]
    return lambda ink, hidden: tiff_of(samples(ink, hidden, extra), COLOURS, extra, **options)


def _deep(extra: int | None):  # type: ignore[no-untyped-def]
    return lambda ink, hidden: tiff_of(samples(ink, hidden, extra).astype(np.uint16) * 257, COLOURS, extra)


def _grey(extra: int):  # type: ignore[no-untyped-def]
    return lambda ink, hidden: tiff_of(samples(ink, hidden, extra)[..., 2:], BLACK_IS_ZERO, extra)


def _gif(ink: int, hidden: int) -> Pillow.Image:
    image = Pillow.fromarray((samples(ink, hidden)[..., 3] > 0).astype(np.uint8), "P")
    image.putpalette([hidden] * 3 + [ink] * 3)
    return image


def _animated(ink: int, hidden: int) -> bytes:
    second = Pillow.fromarray(np.roll(np.asarray(_gif(ink, hidden)), 3, axis=1), "P")
    return saved(_gif(ink, hidden), "GIF", transparency=0, save_all=True, append_images=[second])


FILES = {
    "TIFF, unassociated alpha": _colours(UNASSOCIATED),
    "TIFF, associated alpha": _colours(ASSOCIATED),
    "TIFF, alpha without its tag": _colours(None),
    "TIFF, planes": _colours(UNASSOCIATED, planar=2),
    "TIFF, 16 bits": _deep(UNASSOCIATED),
    "TIFF, 16 bits and associated alpha": _deep(ASSOCIATED),
    "TIFF, grey": _grey(UNASSOCIATED),
    "TIFF, grey and associated alpha": _grey(ASSOCIATED),
    "TIFF, palette": lambda ink, hidden: tiff_of(samples(ink, hidden)[..., 2:], PALETTE, UNASSOCIATED),
    "TIFF, packed": lambda ink, hidden: saved(drawing(ink, hidden), "TIFF", compression="tiff_lzw"),
    "TIFF, by OpenCV": lambda ink, hidden: cv2.imencode(".tif", samples(ink, hidden))[1].tobytes(),
    "GIF": lambda ink, hidden: saved(_gif(ink, hidden), "GIF", transparency=0),
    "GIF, animated": _animated,
}


def opened(bench: Bench, data: bytes, composite_alpha: bool = True) -> tuple[DocumentInfo, list[Image]]:
    async def scenario() -> tuple[DocumentInfo, list[Image]]:
        raw = RawFile(data, FileKind.IMAGE, composite_alpha=composite_alpha)
        async with bench.decoder.open(raw, max_pages=None) as document:
            return document.info, [(await document.page(at)).image for at in range(document.info.processed_pages)]

    return bench.run(scenario())


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("ink", "background"), [(BLACK, WHITE), (WHITE, BLACK)])
def test_what_is_drawn_contrasts_with_the_background(bench: Bench, name: str, ink: int, background: int) -> None:
    data = FILES[name](ink, ink)
    info, (image,) = opened(bench, data)
    assert (info.kind, info.sizes) == ("image", (SIZE,))
    assert (image[MARK] == ink).all()
    assert (image[:6] == background).all()
    # Without the wish all is as in the reference: nothing can be seen.
    if ink == BLACK:
        assert not opened(bench, data, composite_alpha=False)[1][0].any()


def test_each_frame_of_a_tiff_has_a_background_of_its_own(bench: Bench) -> None:
    opaque = Pillow.fromarray(pixels(*SIZE)[..., ::-1]).convert("RGB")
    others = [drawing(WHITE, WHITE), opaque]
    info, pages = opened(bench, saved(drawing(BLACK, BLACK), "TIFF", save_all=True, append_images=others))
    assert (info.kind, info.total_pages) == ("tiff", 3)
    assert [int(page[0, 0, 0]) for page in pages[:2]] == [WHITE, BLACK]
    np.testing.assert_array_equal(pages[2], pixels(*SIZE))


def test_grey_frames_with_associated_alpha_are_read_without_the_wish_too(bench: Bench) -> None:
    """Pillow does not convert their mode to colour in one step."""
    frame = tiff_of(samples(WHITE, BLACK, ASSOCIATED)[..., 2:], BLACK_IS_ZERO, ASSOCIATED)
    first = 8 + SIZE[0] * SIZE[1] * 2
    entries = int.from_bytes(frame[first : first + 2], "little")
    link = first + 2 + 12 * entries
    second = frame[first:]
    moved = len(frame) + len(frame) % 2
    twice = frame[:link] + moved.to_bytes(4, "little") + frame[link + 4 :] + b"\0" * (len(frame) % 2) + second
    info, pages = opened(bench, twice, composite_alpha=False)
    assert (info.kind, info.total_pages) == ("tiff", 2)
    assert [int(page[12, 20, 0]) for page in pages] == [WHITE, WHITE]


@pytest.mark.parametrize("extra", [ASSOCIATED, UNASSOCIATED])
def test_half_transparent_pixels_are_composited_once(bench: Bench, extra: int) -> None:
    """The colours of associated alpha have been multiplied by it already."""
    image = np.asarray(drawing(WHITE, BLACK)).copy()
    image[8:16, 10:12] = (128, 128, 128, 128) if extra == ASSOCIATED else (255, 255, 255, 128)
    (page,) = opened(bench, tiff_of(image, COLOURS, extra))[1]
    assert abs(int(page[12, 11, 0]) - 128) <= 1


def test_a_drawing_over_several_bands_has_one_background(bench: Bench) -> None:
    image = np.zeros((700, 30, 4), np.uint8)
    image[20:240, 5:25] = (WHITE, WHITE, WHITE, 255)
    image[300:310, 5:25, 3] = 255
    (page,) = opened(bench, saved(Pillow.fromarray(image, "RGBA"), "TIFF"))[1]
    assert not page[250:290].any()
    assert not page[600:].any()
    assert (page[30:230, 6:24] == WHITE).all()


def test_colours_stay_what_they_are(bench: Bench) -> None:
    image = np.asarray(drawing(BLACK, BLACK)).copy()
    image[MARK] = (200, 20, 90, 255)
    (page,) = opened(bench, saved(Pillow.fromarray(image, "RGBA"), "TIFF"))[1]
    assert page[12, 20].tolist() == [90, 20, 200]


def test_a_turned_tiff_is_turned(bench: Bench) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    (plain,), (turned,) = (
        opened(bench, saved(drawing(BLACK, BLACK), "TIFF", **options))[1] for options in ({}, {"exif": exif})
    )
    np.testing.assert_array_equal(turned, np.rot90(plain, -1))


@pytest.mark.parametrize("alpha", [0, 120])
def test_alpha_that_sets_nothing_apart_is_dropped(bench: Bench, alpha: int) -> None:
    image = np.dstack([pixels(*SIZE)[..., ::-1], np.full(SIZE[::-1], alpha, np.uint8)])
    (page,) = opened(bench, saved(Pillow.fromarray(image, "RGBA"), "TIFF"))[1]
    np.testing.assert_array_equal(page, pixels(*SIZE))


def test_unspecified_samples_are_no_alpha(bench: Bench) -> None:
    """They may be anything, such as a fourth band of a camera, or a selection that an image editor kept."""
    (page,) = opened(bench, tiff_of(samples(WHITE, 9), COLOURS, UNSPECIFIED))[1]
    assert (page[:6] == 9).all()


def test_files_without_alpha_are_read_as_without_the_wish(bench: Bench) -> None:
    """A TIFF of one frame by OpenCV, because Pillow would map its 16 bits differently."""
    deep = pixels(*SIZE)[..., :1].astype(np.uint16) * 256 + 200
    grey = pixels(*SIZE)[..., 0]
    for data in (tiff_of(deep, BLACK_IS_ZERO, None), tiff([pixels(*SIZE)] * 2), encoded(grey, "GIF")):
        for with_wish, without in zip(
            opened(bench, data)[1], opened(bench, data, composite_alpha=False)[1], strict=True
        ):
            np.testing.assert_array_equal(with_wish, without)
