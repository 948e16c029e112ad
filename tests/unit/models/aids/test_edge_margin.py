"""Which pictures get a margin, which lines touch the edge, and tight pictures that are read only with a margin."""

import numpy as np
import pytest

from models.aids.edge_margin import MARGIN, needs_margin, touches_edge, with_margin
from models.characters import character_boxes
from models.document import Image
from tests.layout.ink import Pen, blank
from tests.unit.models.aids.small_models import codes, read, texts


def tight(text: str, size: int, margin: int = 0, *lines: str) -> Image:
    """Lines of text, cut out at their letters or with so many pixels more."""
    pen = Pen("pillow", size)
    rows = (text, *lines)
    page = blank(max(map(pen.width, rows)) + 100, pen.pitch * len(rows) + 100)
    for number, row in enumerate(rows):
        pen.write(page, row, 50, 50 + pen.pitch * number)
    ys, xs = np.nonzero(page.min(axis=2) < 128)
    return page[ys.min() - margin : ys.max() + 1 + margin, xs.min() - margin : xs.max() + 1 + margin].copy()


def test_small_pictures_whose_text_touches_the_edge_get_a_margin() -> None:
    assert needs_margin(tight("INVOICE 20417", 30))
    assert not needs_margin(tight("INVOICE 20417", 30, 4))
    assert not needs_margin(tight("INVOICE 20417", 160))


def test_the_margin_has_the_colour_of_the_edge() -> None:
    picture = np.full((30, 200, 3), (200, 100, 50), np.uint8)
    picture[10:, 20:40] = 0
    padded = with_margin(picture)
    assert padded.shape == (30 + 2 * MARGIN, 200 + 2 * MARGIN, 3)
    assert (padded[:MARGIN] == (200, 100, 50)).all()
    assert (padded[MARGIN:-MARGIN, MARGIN:-MARGIN] == picture).all()


@pytest.mark.parametrize(
    ("corner", "touches"), [((0, 20), True), ((20, 1), True), ((2, 2), False), ((59, 20), True), ((20, 49), True)]
)
def test_a_box_at_the_outermost_pixels_touches_the_edge(corner: tuple[int, int], touches: bool) -> None:
    x, y = corner
    quad = np.array([[x, y], [30, y], [30, 30], [x, 30]], np.int32)
    assert touches_edge(quad, (50, 60)) is touches


def test_tight_pictures_are_read() -> None:
    line, lines = tight("fabric window cabin 59595", 12), tight("lumber sample 86508", 12, 0, "harbour ribbon 88656")
    assert texts(read(line)) != ["fabric window cabin 59595"]
    assert texts(read(lines)) != ["lumber sample 86508", "harbour ribbon 88656"]
    assert texts(read(line, "edge_margin")) == ["fabric window cabin 59595"]
    result = read(lines, "edge_margin")
    assert texts(result) == ["lumber sample 86508", "harbour ribbon 88656"]
    assert codes(result) == [("text_at_edge", 0), ("text_at_edge", 1)]


def test_what_was_read_with_a_margin_lies_on_the_picture_itself() -> None:
    picture = tight("INVOICE 20417", 30)
    height, width = picture.shape[:2]
    result = read(picture, "edge_margin", word_boxes=True)
    (line,) = result.lines
    assert result.preprocessed.image is picture
    assert line.quad.min() >= 0
    assert line.quad[2] == pytest.approx([width, height], abs=3)
    (left, top, right, bottom) = line.words[0].box
    pen = Pen("pillow", 30)
    assert (left, right) == pytest.approx((0, pen.width("INVOICE")), abs=9)
    assert (top, bottom) == (line.quad[:, 1].min(), line.quad[:, 1].max())
    middles = [x + w / 2 for x, _, w, _ in character_boxes(line)]
    for number in (3, 9, 12):
        true = pen.width("INVOICE 20417"[:number]) + pen.width("INVOICE 20417"[number]) / 2
        assert middles[number] == pytest.approx(true, abs=7)
