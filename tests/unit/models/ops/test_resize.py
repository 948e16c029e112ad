import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ops.resize import (
    MAX_LINE_WIDTH,
    detection_shape,
    fitted_width,
    line_widths,
    resize_page,
    resize_short_side,
)

RECOGNISER = (3, 48, 320)


@pytest.mark.parametrize(
    ("size", "limit", "kind", "shape"),
    [
        ((533, 400), 64, "min", (544, 384)),  # 16.66 and 12.5 strides: half rounds to even
        ((911, 1280), 64, "min", (896, 1280)),
        ((911, 1280), 960, "max", (672, 960)),
        ((30, 600), 64, "min", (64, 1280)),
        ((3000, 6000), 64, "min", (1984, 4000)),
        ((1, 1), 64, "min", (64, 64)),
        ((10, 4000), 64, "max", (32, 64)),
        ((400, 533), 2**63, "min", (3008, 4000)),
    ],
)
def test_detection_shape(size, limit, kind, shape):
    assert detection_shape(*size, limit, kind, 4000) == shape


@given(
    st.integers(1, 60_000),
    st.integers(1, 60_000),
    st.integers(1, 2**40),
    st.sampled_from(["min", "max"]),
)
def test_detection_shape_is_always_a_shape_the_detector_takes(height, width, limit, kind):
    rows, columns = detection_shape(height, width, limit, kind, 4000)
    assert rows % 32 == columns % 32 == 0
    assert 32 <= rows <= 4000
    assert 32 <= columns <= 4000


def test_a_tiny_page_is_padded_with_black_before_it_is_enlarged():
    page = np.full((4, 8, 3), 255, np.uint8)
    resized = resize_page(page, (32, 32))
    assert resized.shape == (32, 32, 3)
    assert resized[:4, :8].min() == 255
    assert resized[4:].max() == 0


def test_a_page_of_the_right_size_is_not_copied():
    page = np.zeros((64, 96, 3), np.uint8)
    assert resize_page(page, (64, 96)) is page


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((48, 100), (100, 320)),
        ((24, 100), (200, 320)),
        ((40, 33), (40, 320)),  # 39.6 is rounded up
        ((30, 301), (481, 481)),  # 481.6: the padded width is cut off, and the text with it
        ((10, 5000), (MAX_LINE_WIDTH, MAX_LINE_WIDTH)),
    ],
)
def test_line_widths(size, widths):
    assert line_widths(*size, RECOGNISER) == widths


@pytest.mark.parametrize(
    ("size", "width"),
    [((24, 50), 100), ((40, 33), 40), ((48, 192), 192), ((20, 900), 192), ((900, 2), 1)],
)
def test_a_line_that_keeps_its_ratio_is_never_wider_than_the_input(size, width):
    assert fitted_width(*size, (192, 48)) == width


def test_short_side():
    assert resize_short_side(np.zeros((100, 301, 3), np.uint8), 256).shape == (256, 771, 3)
