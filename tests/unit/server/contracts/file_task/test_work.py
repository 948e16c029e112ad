"""Pages of images in result files: their size follows the file's resolution, and their pictures stay what they were."""

import io

import docx
import numpy as np
import pikepdf
import pptx
import pytest
from PIL import Image as Pillow

from models.document import Image, Page, PageResult, Preprocessed, TextLine
from models.options import OcrDefaults, OcrOverrides
from server.contracts.file_task.request import TaskSpec
from server.contracts.file_task.work import page_part, page_scales
from server.decode.document import DocumentInfo
from server.decode.formats.headers import TIFF_MAGICS, read_header
from server.decode.formats.images import decode_image
from server.export.files.file_page import FilePage
from server.export.files.result_file import RESULT_FORMATS
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import GIF_MAGICS
from server.service import RecognizedPage
from tests.unit.server.export.files.page_samples import bilevel_page, exif, photo, rendered, saved, text_page

SOURCE = RawFile(b"", FileKind.IMAGE)
QUAD = np.array([[40, 30], [240, 30], [240, 60], [40, 60]], np.int32)


def written(extension: str, size: tuple[int, int], dots: tuple[float, float] | None, angle: int = 0) -> bytes:
    info = DocumentInfo("image", 1, 1, (size,), resolutions=(dots,))
    image = np.full((size[1], size[0], 3), 255, np.uint8)
    upright = np.ascontiguousarray(np.rot90(image, angle // 90))
    options = OcrDefaults().resolve(OcrOverrides())
    line = TextLine("words", 0.9, QUAD, (0.9,) * 5)
    result = PageResult(options, Preprocessed(upright, angle), (), (), (line,))
    spec = TaskSpec(format=extension, language="default")
    part = page_part(RecognizedPage(Page(image), result), page_scales(info, 2.0)[0], spec, SOURCE)
    return RESULT_FORMATS[extension].write([part], SOURCE)


def page_size(extension: str, data: bytes) -> tuple[float, float]:
    """Width and height in points."""
    if extension == "pdf":
        with pikepdf.open(io.BytesIO(data)) as pdf:
            box = pdf.pages[0].mediabox
            return float(box[2]), float(box[3])
    if extension == "docx":
        section = docx.Document(io.BytesIO(data)).sections[0]
        return section.page_width.pt, section.page_height.pt
    show = pptx.Presentation(io.BytesIO(data))
    return show.slide_width.pt, show.slide_height.pt


@pytest.mark.parametrize("extension", ["pdf", "docx", "pptx"])
@pytest.mark.parametrize(
    ("size", "dots", "angle", "points"),
    [
        ((620, 877), (75.0, 75.0), 0, (595.2, 841.9)),
        ((864, 539), (102.0, 49.0), 0, (609.9, 792.0)),
        ((864, 539), (102.0, 49.0), 90, (792.0, 609.9)),
        ((864, 539), (102.0, 49.0), 180, (609.9, 792.0)),
        ((400, 300), None, 0, (200.0, 150.0)),
    ],
)
def test_the_size_of_a_page_follows_the_files_resolution(extension, size, dots, angle, points):
    data = written(extension, size, dots, angle)
    assert page_size(extension, data) == pytest.approx(points, abs=0.2)


def test_the_boxes_of_a_slide_stand_where_the_lines_are_though_pixels_are_not_square():
    show = pptx.Presentation(io.BytesIO(written("pptx", (864, 539), (102.0, 49.0))))
    picture, box = show.slides[0].shapes
    assert (picture.width.pt, picture.height.pt) == pytest.approx((609.9, 792.0), abs=0.2)
    expected = (40 * 72 / 102, 30 * 72 / 49, 200 * 72 / 102, 30 * 72 / 49)
    assert (box.left.pt, box.top.pt, box.width.pt, box.height.pt) == pytest.approx(expected, abs=0.2)


KIBIBYTE = 1024
SIZES = {
    "CCITT Group 4 TIFF": (saved(bilevel_page(), "TIFF", "1", compression="group4"), "fax", 4),
    "bilevel PNG": (saved(bilevel_page(), "PNG", "1"), "fax", 8),
    "bilevel BMP": (saved(bilevel_page(), "BMP", "1"), "fax", 4),
    "bilevel TIFF without compression": (saved(bilevel_page(), "TIFF", "1"), "fax", 4),
    "grey PNG": (saved(text_page(), "PNG", "L"), "png", 4),
    "PNG with a palette": (saved(text_page() // 64 * 64, "PNG", "P"), "png", 4),
    "colour PNG": (saved(np.asarray(text_page() // (1, 2, 3), np.uint8), "PNG"), "png", 4),
    "GIF": (saved(text_page() // 64 * 64, "GIF", "P"), "png", 4),
    "JPEG": (saved(photo(), "JPEG"), "source_jpeg", 4),
    "progressive JPEG": (saved(photo(), "JPEG", progressive=True), "source_jpeg", 4),
    "grey JPEG": (saved(photo(), "JPEG", "L"), "source_jpeg", 4),
    "turned JPEG": (saved(photo(), "JPEG", exif=exif(6)), "source_jpeg", 4),
    "photo as PNG": (saved(photo(), "PNG"), "jpeg", -200),
    "photo as BMP": (saved(photo(), "BMP"), "jpeg", -600),
}
"""A file of each kind, the encoding of its page in a PDF, and how many KiB more than the file the PDF may take."""


def read_file(data: bytes, extension: str, *, angle: int = 0, unwarped: bool = False) -> tuple[Image, FilePage, bytes]:
    """The pixels of an image file, its page, and its result file."""
    if data.startswith((*TIFF_MAGICS, *GIF_MAGICS)):
        decoded = np.asarray(Pillow.open(io.BytesIO(data)).convert("RGB"))[..., ::-1]
    else:
        decoded = decode_image(data, read_header(data))
    image = np.ascontiguousarray(np.rot90(decoded, angle // 90))
    options = OcrDefaults().resolve(OcrOverrides(use_doc_unwarping=unwarped))
    line = TextLine("words", 0.9, QUAD, (0.9,) * 5)
    result = PageResult(options, Preprocessed(image, angle), (), (), (line,))
    source = RawFile(data, FileKind.IMAGE)
    spec = TaskSpec(format=extension, language="default")
    part = page_part(RecognizedPage(Page(decoded), result), (0.5, 0.5), spec, source)
    return image, part, RESULT_FORMATS[extension].write([part], source)


@pytest.mark.parametrize("kind", SIZES)
def test_a_pdf_is_about_as_large_as_its_source_and_looks_like_it(kind: str) -> None:
    data, encoding, more = SIZES[kind]
    image, part, pdf = read_file(data, "pdf")
    assert [picture.encoding for picture in part.pictures] == [encoding]
    assert len(pdf) <= len(data) + more * KIBIBYTE
    shown = rendered(pdf, image.shape[1]).astype(int)
    if encoding == "jpeg":
        assert np.abs(shown - image).mean() < 6
    else:
        np.testing.assert_array_equal(shown, image)


@pytest.mark.parametrize("kind", SIZES)
def test_slides_are_about_as_large_as_their_source(kind: str) -> None:
    data, encoding, more = SIZES[kind]
    image, part, show = read_file(data, "pptx")
    # The template takes 28 KiB, and slides cannot show Group 4.
    other = {"fax": "png", "source_jpeg": "bare_source_jpeg"}
    expected = other.get(encoding, encoding)
    assert [picture.encoding for picture in part.pictures] == [expected]
    assert len(show) <= 1.5 * len(data) + (32 + more) * KIBIBYTE
    (picture,) = [shape for shape in pptx.Presentation(io.BytesIO(show)).slides[0].shapes if not shape.has_text_frame]
    assert Pillow.open(io.BytesIO(picture.image.blob)).size == part.pictures[0].size
    assert part.pictures[0].shown_size == (image.shape[1], image.shape[0])


@pytest.mark.parametrize(("angle", "unwarped"), [(90, False), (180, False), (0, True)])
def test_a_page_that_was_turned_or_unwarped_is_not_its_source(angle: int, unwarped: bool) -> None:
    image, part, pdf = read_file(SIZES["JPEG"][0], "pdf", angle=angle, unwarped=unwarped)
    assert [picture.encoding for picture in part.pictures] == ["jpeg"]
    assert np.abs(rendered(pdf, image.shape[1]).astype(int) - image).mean() < 6


def test_a_bilevel_page_stays_bilevel_when_it_is_turned() -> None:
    image, part, pdf = read_file(SIZES["bilevel PNG"][0], "pdf", angle=90)
    assert [picture.encoding for picture in part.pictures] == ["fax"]
    np.testing.assert_array_equal(rendered(pdf, image.shape[1]), image)


ODD = {
    "CMYK": saved(photo(), "JPEG", "CMYK"),
    "inverted CMYK": saved(photo(), "JPEG", "CMYK").replace(b"Adobe\0\x64\0\0\0\0\0", b"Adobe\0\x64\0\0\0\0\2"),
    "cut off": saved(photo(), "JPEG")[:-9000],
    "RGB": saved(photo(), "JPEG", keep_rgb=True),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("extension", ["pdf", "pptx"])
def test_an_odd_jpeg_shows_what_was_read(kind: str, extension: str) -> None:
    image, part, data = read_file(ODD[kind], extension)
    assert [picture.encoding for picture in part.pictures] == ["jpeg"]
    if extension == "pdf":
        assert np.abs(rendered(data, image.shape[1]).astype(int) - image).mean() < 6


def test_slides_take_a_photo_with_several_pictures_in_it() -> None:
    """python-pptx refuses a file that begins as such a photo does."""
    buffer = io.BytesIO()
    Pillow.fromarray(photo()).save(buffer, "MPO", save_all=True, append_images=[Pillow.fromarray(photo(80, 60))])
    _, part, show = read_file(buffer.getvalue(), "pptx")
    assert [picture.encoding for picture in part.pictures] == ["bare_source_jpeg"]
    assert b"MPF" not in part.pictures[0].data
    assert len(pptx.Presentation(io.BytesIO(show)).slides) == 1
