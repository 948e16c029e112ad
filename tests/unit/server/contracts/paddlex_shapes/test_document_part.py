from dataclasses import replace

import cv2
import numpy as np

from models.document import Page
from models.layout.regions import Region
from server.contracts.paddlex_shapes.document_part import document_part
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from server.service import RecognizedPage
from tests.unit.server.export.results import blank, quad, result

IMAGE = blank(400, 300)
IMAGE[150:280, 60:300] = np.random.default_rng(1).integers(0, 255, (130, 240, 3), np.uint8)
READ = result(IMAGE, [("A line of text", quad(20, 40, 200, 60)), ("and one more", quad(20, 64, 190, 84))])


def part(style: DocumentStyle, *, index: int = 0, visualize: bool = False):
    return document_part(RecognizedPage(Page(IMAGE, index), READ), style, visualize=visualize, limit=None)


def test_a_page_has_its_result_its_text_and_the_pictures_that_the_text_names():
    found = part(DocumentStyle())
    assert found.markdown.startswith("A line of text and one more\n\n")
    (name,) = found.images
    assert f'<img src="{name}" alt="Image"' in found.markdown
    assert cv2.imdecode(np.frombuffer(found.images[name], np.uint8), cv2.IMREAD_COLOR) is not None
    assert (found.drawn, found.input_image) == ({}, None)
    assert [block["block_label"] for block in found.pruned["parsing_res_list"]] == ["text", "image"]


def test_pictures_are_left_out_where_they_are_not_wanted():
    found = part(DocumentStyle(markdown_images=False))
    assert found.images == {}
    assert "<img" in found.markdown


def test_names_tell_the_page():
    assert next(iter(part(DocumentStyle(picture_folder=""), index=2).images)).endswith("_p3.jpg")


def test_visualized_pages_show_how_they_were_read():
    found = part(DocumentStyle(), visualize=True)
    assert "layout_det_res" in found.drawn
    assert found.input_image.startswith(b"\xff\xd8")


def test_the_vision_shape_has_no_ocr_result():
    assert "overall_ocr_res" not in part(DocumentStyle(vision_language=True)).pruned
    assert "overall_ocr_res" in part(DocumentStyle()).pruned


def test_regions_below_the_threshold_are_left_out():
    read = replace(READ, regions=(Region("image", 0.4, (60, 150, 300, 280)), Region("text", 0.9, (20, 40, 200, 84))))
    page = RecognizedPage(Page(IMAGE), read)
    found = document_part(page, DocumentStyle(layout_threshold=0.5), visualize=False, limit=None)
    assert [box["label"] for box in found.pruned["layout_det_res"]["boxes"]] == ["text"]
    assert found.images == {}
