"""Corners of leaning boxes: which are ordered anew, and a leaning column that is read only with them in order."""

import cv2
import numpy as np
import pytest

from models.aids.leaning_boxes import leans, ordered_region, with_ordered_corners
from models.document import Image, TextBox
from models.ops.crop import locate_line
from models.ops.geometry import min_area_quad
from tests.layout.ink import PAPER, Pen, blank
from tests.unit.models.aids.small_models import codes, read, texts

COLUMN = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少"


def box(width: float, height: float, degrees: float) -> np.ndarray:
    """The corners of a box, turned clockwise on the page, in the reference's order."""
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned = corners @ np.array([[cosine, sine], [-sine, cosine]]) + 600
    return min_area_quad(np.rint(turned).astype(np.int32))[0]


def leaning_column(degrees: float) -> Image:
    page = blank(500, 1300)
    for number, character in enumerate(COLUMN):
        Pen("opencv", 44).write(page, character, 230, 90 + 54 * number)
    turn = cv2.getRotationMatrix2D((250, 650), degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, turn, (500, 1300), borderValue=(PAPER,) * 3), np.uint8)


@pytest.mark.parametrize("degrees", [-30, -5, -3, 3, 5, 30])
def test_a_leaning_column_runs_from_its_upper_edge_to_its_lower_one(degrees: float) -> None:
    quad = box(48, 1000, degrees)
    top_left, top_right, bottom_right, bottom_left = with_ordered_corners(
        TextBox(np.rint(quad).astype(np.int32), 1)
    ).quad
    assert max(top_left[1], top_right[1]) < min(bottom_left[1], bottom_right[1])
    assert top_left[0] < top_right[0]
    assert bottom_left[0] < bottom_right[0]


@pytest.mark.parametrize(("width", "height", "degrees"), [(48, 1000, 0), (48, 60, 20), (1000, 48, 30), (300, 48, -40)])
def test_other_boxes_keep_their_corners(width: float, height: float, degrees: float) -> None:
    quad = box(width, height, degrees)
    assert not leans(quad)
    same = TextBox(np.rint(quad).astype(np.int32), 1)
    assert with_ordered_corners(same) is same


def test_a_region_is_turned_with_its_corners() -> None:
    region = locate_line(np.rint(box(48, 1000, 3)).astype(np.int32))
    assert region is not None
    ordered = ordered_region(region)
    assert (region.vertical, ordered.vertical) == (False, True)
    assert (ordered.width, ordered.height) == (region.height, region.width)
    assert ordered.corners[0] == pytest.approx([602, 101], abs=3)


def test_a_leaning_column_is_read() -> None:
    page = leaning_column(-3)
    assert texts(read(page)) != [COLUMN]
    result = read(page, "order_leaning_boxes")
    assert texts(result) == [COLUMN]
    assert codes(result) == [("line_leans", 0)]
    assert result.lines[0].direction == "down"
