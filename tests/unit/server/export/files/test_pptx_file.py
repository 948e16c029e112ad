"""Presentations, read by python-pptx."""

import asyncio
import io
import shutil
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from pptx import Presentation

from server.config.settings import OfficeSettings
from server.decode.formats.upright import apply_orientation
from server.decode.office.converter import OfficeConverter
from server.export.files.file_page import FilePage, PagePicture
from server.export.files.paper import paper_colours
from server.export.files.pptx_file import write_pptx
from server.export.files.source_picture import source_picture
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, file_page, pictures_of, text_line, turned_line
from tests.unit.server.export.files.page_samples import exif, photo, saved


def slides(*pages: FilePage) -> tuple[Any, list[Any]]:
    show = Presentation(io.BytesIO(write_pptx(pages, IMAGE_SOURCE)))
    return show, list(show.slides)


def texts(slide: Any) -> list[Any]:
    return [shape for shape in slide.shapes if shape.has_text_frame]


def test_a_slide_a_page_in_the_page_s_shape() -> None:
    show, found = slides(*[file_page(text_line("你好 a", 100, 200, 300, 240))] * 3)
    assert len(found) == 3
    assert (show.slide_width.pt, show.slide_height.pt) == (400, 500)
    assert [shape.text_frame.text for slide in found for shape in texts(slide)] == ["你好 a"] * 3


def test_boxes_are_where_the_lines_are() -> None:
    line = text_line("here", 100, 200, 300, 240)
    _, (slide,) = slides(file_page(line))
    (box,) = texts(slide)
    assert [round(side.pt, 2) for side in (box.left, box.top, box.width, box.height)] == [50, 100, 100, 20]
    (picture,) = [shape for shape in slide.shapes if not shape.has_text_frame]
    assert (picture.left, picture.top, picture.width.pt, picture.height.pt) == (0, 0, 400, 500)


def test_turned_lines_are_turned() -> None:
    _, (slide,) = slides(file_page(turned_line("up", (400, 500), (200, 40), -30), text_line("down", 10, 10, 50, 300)))
    up, down = texts(slide)
    assert up.rotation == pytest.approx(330, abs=0.5)
    assert down.rotation == 90
    assert round(up.left.pt + up.width.pt / 2) == 200


def test_a_page_of_another_shape_is_fitted_in() -> None:
    line = text_line("x", 0, 0, 400, 400)
    _, (_, second) = slides(file_page(width=800, height=1000), file_page(line, width=400, height=400))
    (box,) = texts(second)
    assert [round(side.pt) for side in (box.left, box.top, box.width, box.height)] == [0, 50, 400, 400]


@pytest.mark.parametrize(("paper", "ink"), [((255, 255, 255), "000000"), ((60, 20, 10), "FFFFFF")])
def test_a_box_has_the_colour_of_the_paper(paper: tuple[int, int, int], ink: str) -> None:
    image = np.full((100, 300, 3), paper, np.uint8)
    cv2.putText(image, "Text", (40, 65), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (128, 128, 128), 3)
    lines = (text_line("Text", 30, 20, 200, 80),)
    page = FilePage(pictures_of(image), 300, 100, (150, 50), lines, None, paper_colours(image, lines))
    _, (slide,) = slides(page)
    (box,) = texts(slide)
    filled = np.array(tuple(box.fill.fore_color.rgb), int)
    assert np.abs(filled - paper[::-1]).max() <= 4
    assert str(box.text_frame.paragraphs[0].runs[0].font.color.rgb) == ink


def test_text_fits_its_box() -> None:
    _, (slide,) = slides(file_page(text_line("a" * 100, 0, 0, 400, 60), text_line("ab", 0, 100, 400, 160)))
    long, short = (box.text_frame.paragraphs[0].runs[0].font.size.pt for box in texts(slide))
    assert long == pytest.approx(4, abs=0.1)
    assert short == pytest.approx(22.5, abs=0.5)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_jpeg_with_any_orientation_is_upright() -> None:
    """Every quarter of the picture has its own colour."""
    stored = np.zeros((80, 120, 3), np.uint8)
    stored[:40, :60], stored[:40, 60:], stored[40:, :60] = (0, 0, 255), (0, 255, 0), (255, 0, 0)
    pages, upright = [], []
    for orientation in range(1, 9):
        upright.append(apply_orientation(stored, orientation))
        height, width = upright[-1].shape[:2]
        picture = source_picture(
            saved(stored, "JPEG", quality=95, exif=exif(orientation)), (width, height), ("bare_source_jpeg",)
        )
        assert picture is not None
        # All pages have the size of the slide, so that LibreOffice's pages are the pictures.
        pages.append(FilePage((picture,), width, height, (120, 120), ()))
    converted = OfficeConverter(OfficeSettings()).to_pdf(write_pptx(pages, IMAGE_SOURCE), "pptx")
    with pdfium.PdfDocument(asyncio.run(converted)) as shown:
        found = [page.render(scale=1).to_numpy() for page in shown]
    for page, image in zip(found, upright, strict=True):
        wanted = cv2.resize(image, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_NEAREST)
        assert np.abs(page.astype(int) - wanted).mean() < 20


def test_a_turned_picture_has_its_place_before_it_is_turned() -> None:
    turned = PagePicture("bare_source_jpeg", saved(photo(120, 80), "JPEG"), (120, 80), orientation=6)
    _, (slide,) = slides(FilePage((turned,), 80, 120, (100, 150), ()))
    (picture,) = slide.shapes
    assert (picture.left.pt, picture.top.pt, picture.width.pt, picture.height.pt) == (-25, 25, 150, 100)
    assert picture.rotation == 90
