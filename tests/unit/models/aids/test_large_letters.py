"""When a page gets a second look, what of it is kept, and large letters that only a second look finds."""

from dataclasses import replace

import numpy as np
import pytest

from models.aids.large_letters import second_look, with_large_letters
from models.document import Image, TextBox
from models.options import OcrDefaults, OcrOptions, OcrOverrides
from tests.layout.ink import Pen, blank
from tests.unit.models.aids.small_models import codes, read, texts

OPTIONS: OcrOptions = OcrDefaults().resolve(OcrOverrides(text_det_limit_type="max", text_det_limit_side_len=1600))


def box(left: int, top: int, right: int, bottom: int) -> TextBox:
    return TextBox(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32), 0.8)


def poster(size: int = 600) -> Image:
    pen = Pen("opencv", size)
    page = blank(pen.width("SALE") + size, round(2.2 * size))
    pen.write(page, "SALE", size // 2, size // 2)
    Pen("pillow", 28).write(page, "until the end of summer", 40, page.shape[0] - 50)
    return page


def test_a_page_with_large_boxes_gets_a_second_look_at_a_quarter_of_the_scale() -> None:
    page = blank(1600, 800)
    again = second_look(page, [box(100, 100, 700, 320)], OPTIONS)
    assert again == replace(OPTIONS, text_det_limit_side_len=400)
    assert second_look(blank(3200, 1600), [box(100, 100, 700, 480)], OPTIONS) is None
    assert second_look(blank(3200, 1600), [box(100, 100, 700, 540)], OPTIONS) == again


def test_a_page_gets_one_where_something_lies_in_a_large_square_without_a_box() -> None:
    page = blank(1600, 800)
    lines = [box(0, 50 * number, 1600, 50 * number + 30) for number in range(6)]
    assert second_look(page, lines, OPTIONS) is None
    page[450:750, 300:600] = 0
    assert second_look(page, lines, OPTIONS) is not None
    more = [box(0, 50 * number, 1600, 50 * number + 30) for number in range(6, 16)]
    assert second_look(page, [*lines, *more], OPTIONS) is None


def test_a_small_picture_gets_none() -> None:
    picture = blank(280, 100)
    picture[20:80, 20:80] = 0
    assert second_look(picture, [], OPTIONS) is None


def test_the_pieces_of_large_letters_give_way() -> None:
    pieces = [box(100, 100, 450, 500), box(430, 110, 700, 490)]
    small = box(100, 700, 500, 730)
    large = box(90, 95, 720, 510)
    found = with_large_letters([*pieces, small], [large, box(95, 690, 510, 740)], (800, 1600), OPTIONS)
    assert found == [small, large]


def test_a_piece_beside_a_box_of_nearly_the_whole_line_shows_that_it_is_not_whole() -> None:
    nearly, rest, large = box(95, 100, 640, 500), box(560, 120, 715, 490), box(90, 95, 720, 510)
    assert with_large_letters([nearly, rest], [large], (800, 1600), OPTIONS) == [large]


def test_what_the_first_look_found_better_stays() -> None:
    known = box(95, 100, 700, 500)
    assert with_large_letters([known], [box(90, 95, 720, 510)], (800, 1600), OPTIONS) is None
    paragraph = [box(100, 100 + 50 * number, 700, 140 + 50 * number) for number in range(8)]
    assert with_large_letters(paragraph, [box(90, 95, 720, 510)], (800, 1600), OPTIONS) is None
    assert with_large_letters([], [box(90, 95, 720, 200)], (800, 1600), OPTIONS) is None


@pytest.mark.parametrize("size", [600, 900])
def test_very_large_letters_are_read(size: int) -> None:
    page = poster(size)
    assert "SALE" not in texts(read(page))
    result = read(page, "large_letters")
    assert texts(result) == ["SALE", "until the end of summer"]
    assert codes(result) == [("large_letters", None)]
    rows, columns = np.nonzero(page[: page.shape[0] - 90, :, 0] < 128)
    ink = np.array([[columns.min(), rows.min()], [columns.max(), rows.max()]])
    quad = result.lines[0].quad
    # Its place is that on the page, whatever the scale of the look that found it. Boxes are a little larger than text.
    assert np.abs(np.array([quad.min(axis=0), quad.max(axis=0)]) - ink).max() < 0.2 * size
