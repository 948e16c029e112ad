"""Every format through the real decoder and its real worker processes."""

import asyncio
import io
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from models.document import Image
from server.errors import InvalidInputFile, PixelLimitExceeded
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
    pdf,
    pixels,
    png_header,
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


def test_the_next_page_is_decoded_ahead_and_no_more(bench: Bench) -> None:
    asked: list[int] = []

    async def scenario() -> list[list[int]]:
        async with bench.decoder.open(RawFile(coloured_pdf(*[RED] * 5), PDF), max_pages=None) as document:
            decode = document._decode_page

            async def noted(index: int) -> Image:
                asked.append(index)
                return await decode(index)

            document._decode_page = noted
            seen = []
            async for _ in document.pages():
                await asyncio.sleep(0)
                seen.append(list(asked))
            return seen

    assert bench.run(scenario()) == [[0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]


def test_a_worker_imports_neither_the_web_nor_engines() -> None:
    heavy = "{'litestar', 'pydantic', 'uvicorn', 'numpy', 'cv2', 'onnxruntime', 'models.pipeline'}"
    code = f"import sys, server.decode.worker; found = {heavy} & set(sys.modules); sys.exit(str(found) if found else 0)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
