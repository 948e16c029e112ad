"""Windows of long lines, at any direction of the text, and the joined text of what was read in them."""

from itertools import pairwise

import numpy as np
import pytest

from models.aids.long_lines import OVERLAP, WINDOW, Window, is_too_long, join, windows
from models.document import Image
from models.ops.crop import LineRegion, cut_line
from models.ops.ctc import DecodedLine
from models.ops.word_boxes import word_boxes
from models.stages.recognition import ReadLine
from tests.layout.ink import WORDS, Pen, blank
from tests.unit.models.aids.small_models import codes, read, texts

HEIGHT = 48
"""The height of the recogniser's lines, in pixels."""


def region(width: int, height: int, *, upside_down: bool = False) -> LineRegion:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + 10
    return LineRegion(corners, width, height, upside_down)


def striped(place: LineRegion) -> Image:
    """A page on which the brightness of a line grows from its left, or upper, end to the other."""
    length = max(place.width, place.height)
    ramp = np.linspace(0, 250, length).astype(np.uint8)
    line = ramp[:, np.newaxis] if place.height > place.width else ramp[np.newaxis]
    page = np.zeros((place.height + 20, place.width + 20, 3), np.uint8)
    page[10:-10, 10:-10] = line[..., np.newaxis]
    return page


def read_as(text: str, start: float, end: float, full: str) -> ReadLine:
    """A window from ``start`` to ``end`` whose ``text`` lies where it lies in ``full``, in 8 steps a character."""
    steps = round((end - start) * len(full) * 8)
    first = round(start * len(full))
    columns = tuple(8 * number + 4 for number in range(len(text)))
    assert full[first : first + len(text)].count("") == len(text) + 1
    return ReadLine(DecodedLine(text, 0.9, (0.9,) * len(text), columns, 2 * steps), 0.5)


def test_a_line_is_too_long_where_the_recogniser_would_squeeze_it() -> None:
    assert not is_too_long(region(2000, 30), HEIGHT)
    assert is_too_long(region(2001, 30), HEIGHT)
    assert is_too_long(region(30, 2001), HEIGHT)


@pytest.mark.parametrize(("width", "height"), [(4000, 30), (30, 4000), (2001, 30)])
@pytest.mark.parametrize("upside_down", [False, True])
def test_windows_follow_the_direction_of_reading(width: int, height: int, *, upside_down: bool) -> None:
    place = region(width, height, upside_down=upside_down)
    page = striped(place)
    parts = windows(place)
    whole = cut_line(page, place).astype(int)
    assert (parts[0].start, parts[-1].end) == (0, 1)
    for part in parts:
        crop = cut_line(page, part.region).astype(int)
        assert crop.shape[1] <= WINDOW * 30 + 1
        same = whole[:, round(part.start * whole.shape[1]) :][:, : crop.shape[1]]
        # A rotation by 180 degrees has a black border of one pixel.
        assert np.abs(crop - same)[1:, 1:].max() <= 3
    for before, after in pairwise(parts):
        assert before.end - after.start == pytest.approx(OVERLAP * 30 / max(width, height), rel=0.05)


FULL = "one two three four five six "


def joined(left: str, right: str) -> str:
    parts = [Window(region(10, 10), 0, 16 / 28), Window(region(10, 10), 12 / 28, 1)]
    reads = [read_as(left, 0, 16 / 28, FULL), read_as(right, 12 / 28, 1, FULL)]
    return join(region(28 * 15, 30), parts, reads).decoded.text


def test_texts_are_joined_at_a_character_that_both_have_read() -> None:
    assert joined(FULL[:16], FULL[12:]) == FULL


def test_letters_that_are_cut_at_the_ends_of_windows_do_not_count() -> None:
    assert joined(FULL[:15] + "|", "(" + FULL[13:]) == FULL


def test_texts_with_nothing_in_common_are_joined_in_the_middle() -> None:
    assert joined(FULL[:12] + "abcd", "wxyz" + FULL[16:]) == FULL[:12] + "abyz" + FULL[16:]


def test_an_empty_window_loses_nothing() -> None:
    assert joined("", FULL[12:]) == FULL[14:]
    assert joined(FULL[:16], "") == FULL[:14]
    nothing = join(region(420, 30), [Window(region(10, 10))], [ReadLine(DecodedLine("", 0.0, (), (), 40), 1.0)])
    assert (nothing.decoded.text, nothing.decoded.score) == ("", 0.0)


def test_words_keep_their_places() -> None:
    parts = [Window(region(10, 10), 0, 16 / 28), Window(region(10, 10), 12 / 28, 1)]
    line = join(
        region(28 * 15, 30), parts, [read_as(FULL[:16], 0, 16 / 28, FULL), read_as(FULL[12:], 12 / 28, 1, FULL)]
    )
    quad = np.array([[0, 0], [280, 0], [280, 20], [0, 20]], np.int32)
    places = {word.text: word.box for word in word_boxes(line.decoded, quad, line.width_ratio)}
    for word in FULL.split():
        left, _, right, _ = places[word]
        first = FULL.index(word)
        assert left == pytest.approx(10 * first + 5, abs=2)
        assert right == pytest.approx(10 * (first + len(word)) - 5, abs=3)


def test_a_long_line_is_read() -> None:
    text = " ".join(WORDS[:60])
    pen = Pen("opencv", 22)
    page = blank(pen.width(text) + 60, 750)
    pen.write(page, text, 30, 60)
    plain, cut = read(page), read(page, "split_long_lines")
    assert texts(plain) != [text]
    assert texts(cut) == [text]
    assert ("line_squeezed", 0) in codes(plain)
    assert codes(cut) == [("line_cut", 0)]
