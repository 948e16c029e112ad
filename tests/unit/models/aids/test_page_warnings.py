"""Lines that are probably not read right are reported, whatever read them."""

import numpy as np

from models.aids.page_warnings import LOW_SCORE, SMALL_HEIGHT, page_warnings
from models.document import TextLine


def line(height: float, score: float = 0.9, width: float = 100) -> TextLine:
    return TextLine("text", score, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.int16))


def codes(*lines: TextLine) -> list[tuple[str, int | None]]:
    warnings = page_warnings(lines, 3)
    assert {warning.page for warning in warnings} <= {3}
    return [(warning.code, warning.line) for warning in warnings]


def test_a_doubtful_line_is_reported_by_its_index() -> None:
    assert codes(line(20), line(20, LOW_SCORE - 0.01), line(20, LOW_SCORE)) == [("low_confidence", 1)]


def test_a_page_is_reported_if_most_of_its_lines_are_small() -> None:
    small, enough = line(SMALL_HEIGHT - 1), line(SMALL_HEIGHT)
    assert codes(small, small, enough) == [("picture_too_small", None)]
    assert codes(small, enough, enough) == []


def test_a_vertical_line_is_as_high_as_it_is_wide() -> None:
    assert codes(line(200, width=SMALL_HEIGHT - 1)) == [("picture_too_small", None)]


def test_a_page_without_text_has_no_warning() -> None:
    assert codes() == []
