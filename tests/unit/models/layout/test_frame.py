"""The upright frame: lines that run in any direction of the page run to the right in it."""

import numpy as np
import pytest

from models.document import Direction, TextLine
from models.layout.frame import make_frame
from models.ops.rotate import Angle

WIDTH, HEIGHT = 600, 400


def line(text: str, left: int, top: int, right: int, bottom: int, direction: Direction | None = None) -> TextLine:
    quad = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)
    return TextLine(text, 1.0, quad, direction=direction)


def page(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


@pytest.mark.parametrize(("angle", "direction"), [(90, "up"), (180, "left"), (270, "down")])
def test_a_turned_page_has_the_frame_of_the_upright_one(angle: Angle, direction: Direction) -> None:
    upright = make_frame(page(WIDTH, HEIGHT), [line("first", 40, 40, 340, 60), line("second", 40, 80, 240, 100)])
    turned = [_turned(box, angle) for box in ((40, 40, 340, 60), (40, 80, 240, 100))]
    lines = [line(text, *box, direction) for text, box in zip(("first", "second"), turned, strict=True)]
    size = (HEIGHT, WIDTH) if angle != 180 else (WIDTH, HEIGHT)
    frame = make_frame(page(*size), lines)
    assert frame.size == upright.size
    for span, same in zip(frame.spans, upright.spans, strict=True):
        assert (span.x0, span.y0, span.x1, span.y1) == pytest.approx((same.x0, same.y0, same.x1, same.y1), abs=1)
        assert span.size == pytest.approx(same.size)


def test_lines_on_end_without_a_direction_run_down() -> None:
    frame = make_frame(page(400, 600), [line("first", 340, 40, 360, 340), line("second", 300, 40, 320, 240)])
    first, second = frame.spans
    assert first.width > 5 * first.size
    assert first.y1 < second.y0


def test_one_line_on_end_turns_no_page() -> None:
    side = line("CONFIDENTIAL", 10, 50, 30, 350, "up")
    body = [line(f"body text number {number}", 100, 40 * number, 400, 40 * number + 20) for number in range(1, 6)]
    frame = make_frame(page(WIDTH, HEIGHT), [side, *body])
    assert frame.size == (WIDTH, HEIGHT)
    assert frame.spans[0].size == pytest.approx(20)
    assert frame.spans[0].y1 - frame.spans[0].y0 == pytest.approx(300)


def test_a_high_box_whose_text_is_upright_keeps_its_height() -> None:
    frame = make_frame(page(WIDTH, HEIGHT), [line("83", 10, 50, 30, 90, "right"), line("words", 100, 50, 300, 90)])
    assert frame.spans[0].size == frame.spans[1].size


def _turned(box: tuple[int, int, int, int], angle: Angle) -> tuple[int, int, int, int]:
    """A box of the upright page where it lies on the page that is turned counter-clockwise."""
    left, top, right, bottom = box
    width, height = WIDTH, HEIGHT
    for _ in range(angle // 90):
        left, top, right, bottom = top, width - right, bottom, width - left
        width, height = height, width
    return left, top, right, bottom
