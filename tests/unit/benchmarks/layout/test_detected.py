"""Faultless lines lie where their letters were drawn, and go across narrow gutters."""

import cv2
import numpy as np
import pytest

from benchmarks.layout.detected import true_lines
from benchmarks.layout.document import Document, Manner
from benchmarks.layout.picture import draw_pictures
from benchmarks.layout.sheet import Run, Stroke


def document(gap: float, manner: Manner, *, ruled: bool = False) -> Document:
    made = Document("made", "made", 1, manner)
    sheet = made.page(300, 200)
    left = sheet.write("left side", 40, 100)
    right = sheet.write("right side", left.x + left.length + gap, 100)
    if ruled:
        sheet.strokes.append(Stroke(right.x - gap / 2, 80, right.x - gap / 2, 120))
    return made


ALWAYS = Manner(merge=0.8, merged_share=1.0)


def test_lines_side_by_side_are_joined_where_the_gutter_is_narrow():
    (line,) = true_lines(document(5, ALWAYS), 0)
    assert line.text == "left side right side"
    assert len(line.char_positions) == len(line.text)
    assert list(line.char_positions) == sorted(line.char_positions)


def test_they_stay_apart_where_it_is_wide_or_a_rule_stands_in_it():
    assert len(true_lines(document(12, ALWAYS), 0)) == 2
    assert len(true_lines(document(5, ALWAYS, ruled=True), 0)) == 2


@pytest.mark.parametrize("manner", [Manner(), Manner(degrees=1.2, noise=5.0)])
def test_the_ink_lies_in_the_boxes(manner):
    made = document(12, manner)
    (picture,) = draw_pictures(made)
    specks_gone = cv2.morphologyEx(picture[:, :, 0], cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
    dark = np.argwhere(specks_gone < 120)[:, ::-1]
    quads = [line.quad for line in true_lines(made, 0)]
    low, high = np.min(quads, axis=(0, 1)), np.max(quads, axis=(0, 1))
    assert len(dark) > 200
    assert ((dark >= low) & (dark <= high)).all()
    for quad in quads:
        assert ((dark >= quad.min(axis=0)) & (dark <= quad.max(axis=0))).all(axis=1).sum() > 50


def test_vertical_and_turned_text():
    made = Document("made", "made", 1)
    sheet = made.page(300, 300)
    sheet.runs.append(Run("春夏秋冬", 100, 50, "cjk", 12, way="down"))
    sheet.runs.append(Run("Downloaded", 280, 200, "sans", 8, way="up"))
    lines = {line.text: line for line in true_lines(made, 0)}
    down, up = lines["春夏秋冬"].quad, lines["Downloaded"].quad
    assert down[3, 1] - down[0, 1] > 3 * (down[1, 0] - down[0, 0])
    assert lines["Downloaded"].direction == "up"
    assert up[3, 1] - up[0, 1] > 3 * (up[1, 0] - up[0, 0])
