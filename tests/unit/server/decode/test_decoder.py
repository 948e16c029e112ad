"""Every format through the real decoder and its real worker processes."""

import asyncio
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from models.document import Image
from server.config.settings import MIN_DECODE_MEGABYTES, DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.formats.headers import read_header
from server.decode.formats.images import decode_image
from server.errors import InvalidInputFile, NotReady, PixelLimitExceeded
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench, read
from tests.unit.server.decode.samples import (
    BLUE,
    RED,
    blank_pdf,
    coloured_pdf,
    encoded,
    encrypted_pdf,
    form_pdf,
    pam,
    pdf,
    pfm,
    pixels,
    png_header,
    scan_bomb,
    tiff,
    tiff_header,
    with_orientation,
)

IMAGE = pixels(64, 48)
PDF = FileKind.PDF


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "TIFF"])
def test_lossless_images_come_out_as_they_went_in(bench: Bench, kind: str) -> None:
    info, (image,) = bench.read(encoded(IMAGE, kind))
    assert (info.kind, info.total_pages, info.processed_pages, info.sizes) == ("image", 1, 1, ((64, 48),))
    np.testing.assert_array_equal(image, IMAGE)


def _sun(image: Image) -> bytes:
    return cv2.imencode(".ras", image)[1].tobytes()


RARE = {"PPM": encoded(IMAGE, "PPM"), "JPEG2000": encoded(IMAGE, "JPEG2000"), "Sun raster": _sun(IMAGE)}
COMMON = {kind: encoded(IMAGE, kind) for kind in ("PNG", "JPEG", "WEBP", "BMP")}


@pytest.mark.parametrize("name", RARE | COMMON)
def test_every_image_is_decoded_in_a_child_process(bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    in_a_child = []
    page = bench.decoder.workers.page

    async def noted(*job: object) -> Image:
        in_a_child.append(name)
        return await page(*job)  # type: ignore[arg-type]

    monkeypatch.setattr(bench.decoder.workers, "page", noted)
    info, (image,) = bench.read((RARE | COMMON)[name])
    assert (info.kind, info.sizes, bool(in_a_child)) == ("image", ((64, 48),), True)
    assert np.abs(image.astype(int) - IMAGE).mean() < 6


def test_a_damaged_rare_image_is_refused(bench: Bench) -> None:
    for data in (RARE["PPM"][:40], RARE["JPEG2000"][:150], RARE["Sun raster"][:40]):
        with pytest.raises(InvalidInputFile):
            bench.read(data)


def big_tiff() -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(IMAGE[..., ::-1]).save(buffer, "TIFF", big_tiff=True)
    return buffer.getvalue()


@pytest.mark.parametrize("make", [big_tiff, partial(pam, IMAGE), partial(pfm, IMAGE)], ids=["BigTIFF", "PAM", "PFM"])
def test_formats_that_few_write(bench: Bench, make: Callable[[], bytes]) -> None:
    """A PAM's samples are taken in the order they have in the file, as the reference's OpenCV takes them."""
    info, (image,) = bench.read(make())
    assert (info.kind, info.sizes) == ("image", ((64, 48),))
    np.testing.assert_array_equal(image, IMAGE)


@pytest.fixture(scope="module")
def alone() -> Iterator[Bench]:
    """A decoder that isolates only what is risky and has lost its workers for good: what needs one is not served."""
    with asyncio.Runner() as runner:
        decoder = Decoder(DecodeSettings(workers=1, isolate="risky"), LimitSettings())
        runner.run(decoder.start())
        runner.run(decoder.workers.stop())
        yield Bench(decoder, runner)
        runner.run(decoder.stop())


LARGE = pixels(4001, 4000)
COSTLY = {
    "progressive, many scans": (scan_bomb(64, 65, progressive=True), None),
    "sequential, many scans": (scan_bomb(64, 65, progressive=False), None),
    "a large JPEG on its side": (with_orientation(LARGE, "JPEG", 6), None),
    "a large PNG": (encoded(LARGE, "PNG", compress_level=1), LARGE),
    "PPM": (encoded(IMAGE, "PPM"), IMAGE),
}


@pytest.mark.parametrize("name", COSTLY)
def test_costly_images_are_decoded_by_a_worker(bench: Bench, alone: Bench, name: str) -> None:
    """A worker has a time limit; a thread of this process cannot be stopped."""
    data, expected = COSTLY[name]
    with pytest.raises(NotReady):
        alone.read(data)
    _, (image,) = bench.read(data)
    in_process = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(image, in_process if expected is None else expected)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
@pytest.mark.parametrize("size", [(64, 48), (1700, 2200)])
def test_ordinary_images_need_no_worker_where_only_risky_ones_are_isolated(
    alone: Bench, kind: str, size: tuple[int, int]
) -> None:
    progressive = {"progressive": True} if kind == "JPEG" else {}
    assert alone.read(encoded(pixels(*size), kind, **progressive))[0].sizes == (size,)


def test_a_bomb_of_scans_costs_the_page_time_limit_and_no_more() -> None:
    async def scenario() -> None:
        decoder = Decoder(DecodeSettings(workers=1, page_timeout_seconds=0.5), LimitSettings())
        await decoder.start()
        try:
            with pytest.raises(InvalidInputFile):
                await read(decoder, scan_bomb(4000, 20_000, progressive=True))
            assert len((await read(decoder, coloured_pdf(RED), PDF))[1]) == 1
        finally:
            await decoder.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_images_come_out_alike(bench: Bench, kind: str) -> None:
    _, (image,) = bench.read(encoded(IMAGE, kind, quality=95))
    assert np.abs(image.astype(int) - IMAGE).mean() < 6


def test_the_first_frame_of_a_gif_is_read(bench: Bench) -> None:
    grey = IMAGE[..., 0]
    info, (image,) = bench.read(encoded(grey, "GIF"))
    assert info.kind == "image"
    np.testing.assert_array_equal(image, np.dstack([grey] * 3))


def test_alpha_is_dropped_and_not_composited(bench: Bench) -> None:
    clear = np.dstack([IMAGE, np.zeros((48, 64), np.uint8)])
    _, (image,) = bench.read(cv2.imencode(".png", clear)[1].tobytes())
    np.testing.assert_array_equal(image, IMAGE)


@pytest.mark.parametrize("extension", [".png", ".tif"])
def test_16_bits_become_8(bench: Bench, extension: str) -> None:
    deep = IMAGE.astype(np.uint16) * 256 + 17
    _, (image,) = bench.read(cv2.imencode(extension, deep)[1].tobytes())
    assert np.abs(image.astype(int) - IMAGE).max() <= 1


def test_grey_and_cmyk_become_colour(bench: Bench) -> None:
    _, (grey,) = bench.read(encoded(IMAGE[..., 1], "PNG"))
    np.testing.assert_array_equal(grey, np.dstack([IMAGE[..., 1]] * 3))
    buffer = io.BytesIO()
    Pillow.fromarray(IMAGE[..., ::-1]).convert("CMYK").save(buffer, "JPEG", quality=95)
    _, (cmyk,) = bench.read(buffer.getvalue())
    assert np.abs(cmyk.astype(int) - IMAGE).mean() < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(bench: Bench, orientation: int) -> None:
    """Against OpenCV, which applies it to JPEG by itself."""
    data = with_orientation(IMAGE, "JPEG", orientation)
    _, (image,) = bench.read(data)
    np.testing.assert_array_equal(image, cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))


def test_a_photo_cut_off_in_transfer_is_read(bench: Bench) -> None:
    data = encoded(pixels(400, 400), "JPEG")
    _, (image,) = bench.read(data[: len(data) // 2])
    whole = bench.read(data)[1][0]
    np.testing.assert_array_equal(image[:100], whole[:100])


def test_frames_of_a_tiff_are_pages(bench: Bench) -> None:
    frames = [pixels(30, 20), pixels(20, 30), pixels(10, 10)]
    info, pages = bench.read(tiff(frames), max_pages=2)
    assert (info.kind, info.total_pages, info.processed_pages, info.sizes) == ("tiff", 3, 2, ((30, 20), (20, 30)))
    for page, frame in zip(pages, frames, strict=False):
        np.testing.assert_array_equal(page, frame)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP"])
def test_the_resolution_of_an_image_is_told_with_its_outline(bench: Bench, kind: str) -> None:
    buffer = io.BytesIO()
    Pillow.fromarray(IMAGE[..., ::-1]).save(buffer, kind, dpi=(204, 98))
    info, _ = bench.read(buffer.getvalue())
    assert info.resolutions == (pytest.approx((204, 98), abs=0.1),)


def test_each_frame_of_a_tiff_has_its_resolution(bench: Bench) -> None:
    buffer = io.BytesIO()
    frames = [Pillow.fromarray(IMAGE[..., ::-1])] * 2
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:], dpi=(204, 98))
    info, _ = bench.read(buffer.getvalue())
    assert (info.kind, info.resolutions) == ("tiff", (pytest.approx((204, 98)),) * 2)
    info, _ = bench.read(tiff([IMAGE, IMAGE]))
    assert info.resolutions == (None, None)


def test_pages_of_a_pdf_come_in_order(bench: Bench) -> None:
    info, pages = bench.read(coloured_pdf(RED, BLUE, RED), PDF)
    assert (info.kind, info.total_pages, info.sizes) == ("pdf", 3, ((40, 20),) * 3)
    assert [page[10, 10].tolist() for page in pages] == [[0, 0, 255], [255, 0, 0], [0, 0, 255]]


def test_pages_beyond_the_cap_are_left_out(bench: Bench) -> None:
    info, pages = bench.read(coloured_pdf(*[RED] * 12), PDF, max_pages=10)
    assert (info.total_pages, info.processed_pages, len(pages)) == (12, 10, 10)


def test_the_servers_own_page_cap_holds_for_everyone(small: Bench) -> None:
    info, _ = small.read(coloured_pdf(*[RED] * 5), PDF)
    assert (info.total_pages, info.processed_pages) == (5, 3)


def test_pdf_sizes_are_rounded_up(bench: Bench) -> None:
    assert bench.read(blank_pdf((100.3, 50.2)), PDF)[0].sizes == ((201, 101),)


def test_pdf_rotation_is_honoured(bench: Bench) -> None:
    assert bench.read(blank_pdf((100, 50), rotate=90), PDF)[0].sizes == ((100, 200),)


def test_pdf_crop_box_is_honoured(bench: Bench) -> None:
    assert bench.read(pdf(b"/MediaBox [0 0 100 100] /CropBox [10 20 50 90]"), PDF)[0].sizes == ((80, 140),)


def test_form_fields_are_rendered(bench: Bench) -> None:
    _, (page,) = bench.read(form_pdf(), PDF)
    assert page[10, 10].tolist() == [0, 0, 255]
    assert page[10, 30].tolist() == [255, 255, 255]


def test_a_large_pdf_page_is_scaled_down(small: Bench) -> None:
    assert small.read(blank_pdf((400, 400)), PDF)[0].sizes == ((100, 100),)


BROKEN_PDFS = {
    "encrypted": encrypted_pdf(),
    "without pages": pdf(),
    "truncated": coloured_pdf(RED)[:100],
    "only a header": b"%PDF-1.7\n",
    "an image": encoded(IMAGE, "PNG"),
    "empty": b"",
}


@pytest.mark.parametrize("name", BROKEN_PDFS)
def test_broken_pdfs_are_refused(bench: Bench, name: str) -> None:
    with pytest.raises(InvalidInputFile) as caught:
        bench.read(BROKEN_PDFS[name], PDF)
    assert caught.value.message == "Invalid input file"


BROKEN_IMAGES = {
    "empty": b"",
    "garbage": bytes(range(256)),
    "a PDF": coloured_pdf(RED),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64,
    "a PNG cut in half": encoded(IMAGE, "PNG")[:200],
    "a TIFF cut in half": tiff([IMAGE])[:100],
    "a TIFF of two frames cut": tiff([IMAGE, IMAGE])[:-9000],
    "a PAM without a size": b"P7\nWIDTH 64\nDEPTH 3\nMAXVAL 255\nENDHDR\n" + b"\0" * 99,
    "a PFM of a size no number is": b"PF\n%s 2\n-1\n" % (b"9" * 900),
    "a PAM cut in half": pam(IMAGE)[:2000],
    "Radiance HDR": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\0\0\0\0",
    "a GIF's header": encoded(IMAGE[..., 0], "GIF")[:13],
    "a PNG that lies about its size": png_header(64, 48),
}


@pytest.mark.parametrize("name", BROKEN_IMAGES)
def test_broken_images_are_refused(bench: Bench, name: str) -> None:
    with pytest.raises(InvalidInputFile) as caught:
        bench.read(BROKEN_IMAGES[name])
    assert caught.value.message == "Invalid input file"


BOMBS = {
    "Image pixel count 1000000000 (width=50000, height=20000) exceeds maximum allowed 178956970.": (
        png_header(50_000, 20_000),
        FileKind.IMAGE,
    ),
    "Image pixel count 900000000 (width=30000, height=30000) exceeds maximum allowed 178956970.": (
        tiff_header(30_000, 30_000),
        FileKind.IMAGE,
    ),
    "Page 1: Image pixel count 900000000 (width=30000, height=30000) exceeds maximum allowed 178956970.": (
        tiff_header(30_000, 30_000, frames=2),
        FileKind.IMAGE,
    ),
    "Page 2: Estimated render size width=20000, height=20000 (pixel count 400000000) at minimum PDF render scale 0.1 "
    "would exceed maximum allowed 178956970.": (blank_pdf((20, 20), (200_000, 200_000)), PDF),
}


@pytest.mark.parametrize("message", BOMBS)
def test_bombs_are_refused_by_their_headers(bench: Bench, message: str) -> None:
    async def only_open() -> None:
        data, kind = BOMBS[message]
        async with bench.decoder.open(RawFile(data, kind), max_pages=10):
            pytest.fail("opened")

    with pytest.raises(PixelLimitExceeded) as caught:
        bench.run(only_open())
    assert caught.value.message == message


def test_documents_read_at_once_do_not_mix(bench: Bench) -> None:
    async def one(shade: int) -> bool:
        data = coloured_pdf(*[(shade / 255, page / 255, 0.0) for page in range(4)])
        _, pages = await read(bench.decoder, data, PDF)
        return [page[5, 5].tolist() for page in pages] == [[0, page, shade] for page in range(4)]

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(one(shade) for shade in range(0, 250, 25)))

    assert all(bench.run(all_of_them()))


def test_pages_asked_for_together_are_decoded_side_by_side_but_only_two_of_them(bench: Bench) -> None:
    async def scenario() -> tuple[list[int], int]:
        shades = [(page / 255, 0.0, 0.0) for page in range(6)]
        async with bench.decoder.open(RawFile(coloured_pdf(*shades), PDF), max_pages=None) as document:
            decode, running, most = document._decode_page, 0, 0

            async def counted(index: int) -> Image:
                nonlocal running, most
                running += 1
                most = max(most, running)
                try:
                    return await decode(index)
                finally:
                    running -= 1

            document._decode_page = counted
            pages = await asyncio.gather(*(document.page(index) for index in range(6)))
            return [page.image[5, 5, 2] for page in pages], most

    assert bench.run(scenario()) == ([0, 1, 2, 3, 4, 5], 2)


def test_frames_of_one_tiff_on_two_workers_do_not_disturb_each_other(bench: Bench) -> None:
    """Both have the same memory open, and would share a position in it."""
    shades = list(range(0, 240, 40))
    data = tiff([np.full((300, 400, 3), shade, np.uint8) for shade in shades])

    async def scenario() -> list[int]:
        async with bench.decoder.open(RawFile(data, FileKind.IMAGE), max_pages=None) as document:
            pages = await asyncio.gather(*(document.page(index) for index in range(len(shades))))
            return [int(page.image[5, 5, 0]) for page in pages]

    for _ in range(25):
        assert bench.run(scenario()) == shades


def test_a_worker_imports_neither_the_web_nor_engines() -> None:
    heavy = "{'litestar', 'pydantic', 'uvicorn', 'numpy', 'cv2', 'onnxruntime', 'models.pipeline'}"
    code = f"import sys, server.decode.workers.worker; sys.exit({heavy} & set(sys.modules) or 0)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_least_memory_that_can_be_configured_reads_an_a4_page() -> None:
    async def scenario() -> tuple[tuple[int, int], ...]:
        decoder = Decoder(DecodeSettings(workers=1, memory_megabytes=MIN_DECODE_MEGABYTES), LimitSettings())
        await decoder.start()
        try:
            for data, kind in ((RARE["JPEG2000"], FileKind.IMAGE), (tiff([IMAGE, IMAGE]), FileKind.IMAGE)):
                await read(decoder, data, kind)
            return (await read(decoder, blank_pdf((595, 842)), PDF))[0].sizes
        finally:
            await decoder.stop()

    assert asyncio.run(scenario()) == ((1190, 1684),)


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_pam_with_alpha_shows_nothing_of_earlier_pages(channels: int, kind: type[np.integer]) -> None:
    """OpenCV would leave a part of the picture as the memory was before."""
    most = np.iinfo(kind).max
    samples = np.full((24, 40, channels), most // 255 * 77, kind)
    words = b"RGB_ALPHA" if channels == 4 else b"GRAYSCALE_ALPHA"
    head = b"P7\nWIDTH 40\nHEIGHT 24\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %b\nENDHDR\n" % (channels, most, words)
    data = head + samples.astype(samples.dtype.newbyteorder(">")).tobytes()
    for shade in (17, 99):
        earlier = [np.full((24, 40, 3), shade, np.uint8) for _ in range(8)]
        del earlier
        assert (decode_image(data, read_header(data)) == 77).all()
