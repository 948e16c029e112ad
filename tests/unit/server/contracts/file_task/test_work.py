"""The size of an image's pages in result files follows the resolution of the file."""

import io

import docx
import numpy as np
import pikepdf
import pptx
import pytest

from models.document import Page, PageResult, Preprocessed, TextLine
from models.options import OcrDefaults, OcrOverrides
from server.contracts.file_task.request import TaskSpec
from server.contracts.file_task.work import page_part, page_scales
from server.decode.document import DocumentInfo
from server.export.files.result_file import RESULT_FORMATS
from server.intake.raw_file import FileKind, RawFile
from server.service import RecognizedPage

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
    part = page_part(RecognizedPage(Page(image), result), page_scales(info, 2.0)[0], spec)
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
