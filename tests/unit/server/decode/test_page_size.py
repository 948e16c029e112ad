"""Pixel caps and render scales."""

import math

import pytest

from server.config.settings import MAX_IMAGE_PIXELS
from server.decode.page_size import check_pixels, fitting_scale, rendered_size, side_scale
from server.errors import PixelLimitExceeded


def test_the_cap_itself_is_allowed() -> None:
    check_pixels(10, 10, 100)


def test_message_of_an_image() -> None:
    with pytest.raises(PixelLimitExceeded) as caught:
        check_pixels(20000, 10000, MAX_IMAGE_PIXELS)
    expected = "Image pixel count 200000000 (width=20000, height=10000) exceeds maximum allowed 178956970."
    assert caught.value.message == expected


def test_message_of_a_page() -> None:
    with pytest.raises(PixelLimitExceeded) as caught:
        check_pixels(11, 10, 100, page=3)
    assert caught.value.message == "Page 3: Image pixel count 110 (width=11, height=10) exceeds maximum allowed 100."


def test_sizes_are_rounded_up() -> None:
    assert rendered_size((100.3, 50.2), 2.0) == (201, 101)


def test_a_page_that_fits_keeps_its_scale() -> None:
    assert fitting_scale((595.0, 842.0), 1, 2.0, 0.1, MAX_IMAGE_PIXELS) == 2.0


def test_a_large_page_is_scaled_to_just_fit() -> None:
    scale = fitting_scale((14400.0, 14400.0), 1, 2.0, 0.1, MAX_IMAGE_PIXELS)
    assert math.prod(rendered_size((14400.0, 14400.0), scale)) <= MAX_IMAGE_PIXELS
    assert rendered_size((14400.0, 14400.0), scale) == (13377, 13377)


def test_message_of_a_page_that_never_fits() -> None:
    with pytest.raises(PixelLimitExceeded) as caught:
        fitting_scale((200000.0, 100000.0), 2, 2.0, 0.1, MAX_IMAGE_PIXELS)
    assert caught.value.message == (
        "Page 2: Estimated render size width=20000, height=10000 (pixel count 200000000) "
        "at minimum PDF render scale 0.1 would exceed maximum allowed 178956970."
    )


@pytest.mark.parametrize("points", [(595.0, 842.0), (4800.0, 600.0), (14400.0, 14400.0), (0.5, 3333.3)])
def test_a_longest_side(points):
    for longest in (100, 4096, 8192):
        scale = side_scale(points, 2.0, longest)
        side = max(rendered_size(points, scale))
        assert side == min(longest, max(rendered_size(points, 2.0)))
    assert side_scale(points, 2.0, None) == 2.0
