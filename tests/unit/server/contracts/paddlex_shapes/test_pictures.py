"""Tests of server/contracts/paddlex_shapes/pictures.py: the contract's fields and file names."""

import cv2
import numpy as np

from models.document import Page
from server.contracts.paddlex_shapes.pictures import draw_page
from tests.unit.server.export.results import blank, result


def _size(jpeg: bytes) -> tuple[int, ...]:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.shape[:2]


def test_two_pictures_without_preprocessing() -> None:
    page = Page(blank(40, 30), 3)
    pictures = draw_page(page, result(page.image), None)
    assert [(picture.field, picture.name) for picture in pictures] == [
        ("ocrImage", "ocr_img_3.jpg"),
        ("inputImage", "input_img_3.jpg"),
    ]
    assert [_size(picture.jpeg) for picture in pictures] == [(30, 80), (30, 40)]


def test_three_with_it_each_within_the_limit() -> None:
    page = Page(blank(40, 30))
    pictures = draw_page(page, result(page.image, preprocess=True), (20, 20))
    assert [(picture.field, picture.name) for picture in pictures] == [
        ("ocrImage", "ocr_img_0.jpg"),
        ("docPreprocessingImage", "doc_preprocessing_img_0.jpg"),
        ("inputImage", "input_img_0.jpg"),
    ]
    assert [_size(picture.jpeg) for picture in pictures] == [(7, 20), (9, 20), (15, 20)]
