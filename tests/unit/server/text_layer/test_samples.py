"""Which lines prove a page's fonts, and the sheet that they make."""

import numpy as np
import pytest

from server.text_layer.samples import (
    ENOUGH,
    FEW,
    LONGEST,
    MARGIN,
    MOST_SAMPLES,
    choose_lines,
    kind_of,
    make_sheet,
    needs_of,
)
from tests.unit.server.text_layer.layers import layer_line, layer_of


@pytest.mark.parametrize(
    ("character", "kind"),
    [
        ("a", "lower"),
        ("é", "lower"),
        ("Q", "upper"),
        ("7", "digit"),
        ("漢", "cjk"),
        ("한", "cjk"),
        ("ж", "other"),
        ("-", None),
    ],
)
def test_kinds_of_characters(character: str, kind: str | None) -> None:
    assert kind_of(character) == kind


def test_few_characters_of_a_kind_need_no_proof_unless_there_are_no_others() -> None:
    assert set(needs_of(layer_of(["many small letters A1"]))) == {("f0", "lower")}
    assert set(needs_of(layer_of(["7"]))) == {("f0", "digit")}
    assert needs_of(layer_of(["small letters 123456789"]))["f0", "digit"] == 9 > FEW


def test_fonts_are_proven_apart() -> None:
    needs = needs_of(layer_of(["small letters", "other letters"], [0, 1]))
    assert set(needs) == {("f0", "lower"), ("f1", "lower")}


def test_the_lines_that_show_most_are_chosen_and_no_more_than_needed() -> None:
    layer = layer_of(["ab", "a line with many letters of one font", "x" * 30, "0123456789 0123456789 0123456789"])
    chosen = choose_lines(layer, needs_of(layer))
    assert 3 in chosen, "the only digits"
    assert 0 not in chosen
    shown = sum(len(layer.lines[number].text) for number in chosen if number != 3)
    assert shown >= ENOUGH
    assert len(chosen) == 2


def test_the_number_of_samples_is_bounded() -> None:
    layer = layer_of(["letters of font" for _ in range(40)], list(range(40)))
    assert len(choose_lines(layer, needs_of(layer))) == MOST_SAMPLES


def test_a_sheet_holds_the_pixels_of_its_lines() -> None:
    page = np.full((200, 400, 3), 255, np.uint8)
    page[20:40, 20:70] = (0, 0, 200)
    page[50:70, 20:60] = (0, 120, 0)
    layer = layer_of(["abcde", "fghi"])
    sheet, samples = make_sheet(page, layer, [0, 1])
    assert [sample.text for sample in samples] == ["abcde", "fghi"]
    assert samples[0].row[1] <= samples[1].row[0]
    for sample, colour, width in zip(samples, ((0, 0, 200), (0, 120, 0)), (50, 40), strict=True):
        top, bottom = sample.row
        inside = sheet[top + MARGIN : bottom - MARGIN, MARGIN : MARGIN + width]
        assert (np.abs(inside.astype(int) - colour) <= 2).mean() > 0.9


def test_a_long_line_is_cut_between_characters() -> None:
    page = np.full((100, 3000, 3), 255, np.uint8)
    text = "".join(chr(ord("a") + number % 26) for number in range(200))
    sheet, (sample,) = make_sheet(page, layer_of([text]), [0])
    assert sample.text == text[:LONGEST]
    assert sheet.shape[1] == pytest.approx(10 * LONGEST + 2 * MARGIN, abs=2)


@pytest.mark.parametrize(("direction", "turns"), [("down", 1), ("left", 2), ("up", 3)])
def test_a_turned_line_lies_level_on_the_sheet(direction: str, turns: int) -> None:
    level = np.full((60, 100, 3), 255, np.uint8)
    level[20:40, 20:40] = (0, 0, 255)  # the line's beginning
    level[20:25, 40:80] = (255, 0, 0)  # its upper edge
    page = np.ascontiguousarray(np.rot90(level, -turns))
    height, width = page.shape[:2]
    corners = {"down": (20, 20, 40, 80), "left": (20, 20, 80, 40), "up": (20, 20, 40, 80)}[direction]
    left, top, right, bottom = corners
    assert (right <= width, bottom <= height) == (True, True)
    straight = layer_line("abcdef")
    quad = (left, top, right, top, right, bottom, left, bottom)
    line = type(straight)(straight.text, quad, straight.places, straight.fonts, direction)
    layer = layer_of(["abcdef"])
    sheet, _ = make_sheet(page, type(layer)("none", layer.fonts, (line,)), [0])
    inside = sheet[MARGIN:-MARGIN, MARGIN:-MARGIN]
    assert inside[10, 5].tolist() == [0, 0, 255]
    assert inside[2, 40].tolist() == [255, 0, 0]
