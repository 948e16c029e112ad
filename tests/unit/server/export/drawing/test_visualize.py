"""Canvas sizes, colours and determinism, and the colours of the recorded pictures."""

import base64
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.document import Page, Preprocessed, Word
from server.export.drawing.visualize import draw_ocr_image, draw_preprocessing_image
from tests.evaluation_data import EVALUATION_DATA
from tests.unit.server.export.from_answer import page_result
from tests.unit.server.export.results import blank, quad, result

RECORDED = EVALUATION_DATA / "reference" / "golden"
RECEIPT = EVALUATION_DATA / "data" / "turboocr_fixtures" / "png" / "receipt.png"


def test_the_canvas_is_the_page_and_a_white_one_beside_it() -> None:
    page = blank(30, 20, 90)
    image = draw_ocr_image(result(page))
    assert image.shape == (20, 60, 3)
    assert np.array_equal(image[:, :30], page)
    assert (image[:, 30:] == 255).all()


def test_regions_are_half_colour_half_page_and_outlined_on_the_right() -> None:
    image = draw_ocr_image(result(blank(100, 60, 100), [("", quad(10, 10, 90, 50))]))
    outline = tuple(int(level) for level in image[10, 150])
    assert tuple(int(level) for level in image[30, 50]) == pytest.approx(
        tuple((100 + level) / 2 for level in outline), abs=1
    )
    assert (image[30, 150] == 255).all()


def test_the_same_result_gives_the_same_picture_and_colours_follow_the_order() -> None:
    lines = [("a", quad(10, 10, 90, 30)), ("b", quad(10, 40, 90, 60))]
    one, again = (draw_ocr_image(result(blank(100, 80, 0), lines)) for _ in range(2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one[20, 50], one[50, 50])


def test_words_replace_lines_and_those_without_width_are_left_out() -> None:
    words = (Word("left", (10, 10, 40, 30)), Word(" ", (40, 10, 40, 30)), Word("right", (60, 10, 90, 30)))
    image = draw_ocr_image(result(blank(100, 40, 0), [("left right", quad(10, 10, 90, 30))], words=words))
    assert image[20, 20].any()
    assert not image[20, 50].any()
    assert image[20, 80].any()


def test_a_page_of_one_pixel() -> None:
    assert draw_ocr_image(result(blank(1, 1), [("x", quad(0, 0, 1, 1))]), (2000, 2000)).shape == (1, 2, 3)
    assert draw_preprocessing_image(Page(blank(1, 1)), result(blank(1, 1), preprocess=True)).shape == (26, 3, 3)


def test_a_page_of_one_row_is_not_scaled_away() -> None:
    assert draw_ocr_image(result(blank(2999, 1)), (2000, 2000)).shape == (1, 2000, 3)


def test_a_picture_is_scaled_into_the_limit() -> None:
    assert draw_ocr_image(result(blank(1500, 1000)), (2000, 2000)).shape == (666, 2000, 3)


def test_a_page_too_large_to_compose_whole_keeps_its_places() -> None:
    page = blank(9000, 9000, 0)
    image = draw_ocr_image(result(page, [("BIG", quad(3000, 3000, 6000, 4500))]), (2000, 2000))
    assert image.shape == (1000, 2000, 3)
    coloured = np.flatnonzero(image[400, :1000].any(axis=1))
    assert abs(coloured[0] - 333) <= 2
    assert abs(coloured[-1] - 667) <= 2
    assert (image[333:500, 1333:1667] < 128).sum() > 1000


def test_a_page_wider_than_jpeg_allows() -> None:
    assert draw_ocr_image(result(blank(40_000, 4))).shape == (3, 65_500, 3)


def test_preprocessing_shows_three_stages_with_captions() -> None:
    page, turned = Page(blank(60, 120, 10)), blank(120, 60, 20)
    read = result(turned, preprocess=True)
    image = draw_preprocessing_image(page, replace(read, preprocessed=Preprocessed(blank(100, 70, 30), 90, turned)))
    assert image.shape == (145, 60 + 120 + 100, 3)
    assert [int(image[5, x, 0]) for x in (5, 65, 185)] == [10, 20, 30]
    captions = [image[120:, left:right] for left, right in ((0, 60), (60, 180), (180, 280))]
    assert all((caption < 128).any() for caption in captions)
    assert (image[60:120, 60:180] == 255).all()


@pytest.mark.evaluation_data("reference/golden", "data/turboocr_fixtures")
@pytest.mark.parametrize("name", ["receipt_visualize", "receipt_wordbox_visualize", "receipt_defaults"])
def test_recorded_pictures_have_our_size_and_colours(name: str) -> None:
    recorded = json.loads((RECORDED / f"{name}.json").read_text())["result"]["ocrResults"][0]
    page = np.asarray(cv2.imread(str(RECEIPT)), np.uint8)
    ours = draw_ocr_image(page_result(recorded["prunedResult"], page), (2000, 2000))
    theirs = _decoded(recorded["ocrImage"])
    assert ours.shape == theirs.shape
    half = ours.shape[1] // 2
    assert np.abs(ours[:, :half].astype(int) - theirs[:, :half]).mean() < 2
    ink = [float((picture[:, half:].max(axis=2) < 128).mean()) for picture in (ours, theirs)]
    assert ink[0] > ink[1] / 2 > 0


def _decoded(picture: str) -> np.ndarray:
    return np.asarray(cv2.imdecode(np.frombuffer(base64.b64decode(picture), np.uint8), cv2.IMREAD_COLOR), np.uint8)
