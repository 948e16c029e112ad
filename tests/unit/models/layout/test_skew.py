import cv2
import numpy as np
import pytest

from models.layout.rivers import find_ink
from models.layout.skew import residual_skew
from tests.unit.models.layout.papers import HEIGHT, WIDTH, columns, printed


@pytest.mark.parametrize("degrees", [-0.4, -0.15, 0.0, 0.3])
@pytest.mark.parametrize("offset", [0, 11])
def test_the_ink_tells_the_skew_also_where_the_lines_of_two_columns_are_not_level(degrees, offset):
    left, right = columns(30, 30)
    shifted = [one.__class__(one.text, 1.0, one.quad + np.array([0, offset])) for one in right]
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -degrees, 1.0)
    image = cv2.warpAffine(printed([*left, *shifted]), turn, (WIDTH, HEIGHT), borderValue=(255, 255, 255))
    assert residual_skew(find_ink(image, 20.0)) == pytest.approx(degrees, abs=0.06 if offset == 0 else 0.16)


def test_a_page_without_ink_has_no_skew():
    assert residual_skew(np.zeros((1000, 800), np.bool_)) == 0.0
