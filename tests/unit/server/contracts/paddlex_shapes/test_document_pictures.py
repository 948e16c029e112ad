import cv2
import numpy as np
import pytest

from models.document import Page
from server.contracts.paddlex_shapes.document_blocks import labelled_blocks
from server.contracts.paddlex_shapes.document_pictures import cut_pictures, drawn_pictures
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from tests.unit.server.contracts.paddlex_shapes.small_document import LAYOUT, page, preprocessed_page

BLOCKS = labelled_blocks(LAYOUT, 0, tables=True, ignored=())
NAME = "imgs/img_in_image_box_50_250_250_340.jpg"


def decoded(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_a_picture_is_cut_out_of_the_page_under_the_name_that_markdown_has():
    image = page().preprocessed.image
    image[250:340, 50:250] = (0, 0, 200)
    found = cut_pictures(image, BLOCKS, DocumentStyle(), 0, None)
    assert list(found) == [NAME]
    picture = decoded(found[NAME])
    assert picture.shape == (90, 200, 3)
    assert picture[5, 5].tolist() == pytest.approx([0, 0, 200], abs=6)
    assert decoded(cut_pictures(image, BLOCKS, DocumentStyle(), 0, (100, 100))[NAME]).shape == (45, 100, 3)


def test_ignored_pictures_are_not_cut():
    assert cut_pictures(page().preprocessed.image, BLOCKS, DocumentStyle(ignored_labels=("image",)), 0, None) == {}


def drawn(read, style: DocumentStyle, blocks=BLOCKS) -> dict[str, bytes]:
    return drawn_pictures(Page(read.preprocessed.image), read, blocks, read.lines, style, None)


def test_pictures_that_were_not_drawn_are_absent():
    assert list(drawn(page(), DocumentStyle())) == [
        "layout_det_res", "overall_ocr_res", "layout_order_res", "table_cell_img",
    ]  # fmt: skip
    assert list(drawn(page(), DocumentStyle(), BLOCKS[:2])) == ["layout_det_res", "overall_ocr_res", "layout_order_res"]
    assert "preprocessed_img" in drawn(preprocessed_page(), DocumentStyle())
    assert list(drawn(page(), DocumentStyle(vision_language=True))) == ["layout_det_res"]


def test_each_picture_shows_something_of_its_own():
    pictures = [decoded(jpeg) for jpeg in drawn(page(), DocumentStyle()).values()]
    assert all((picture < 200).any() for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
