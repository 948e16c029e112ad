"""The size cap of the contract to the pixel, and pictures beyond the limits of JPEG."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.export.drawing.pictures import (
    MAX_JPEG_SIDE,
    PictureEncodingFailed,
    Size,
    encode_jpeg,
    limit_size,
    limited_size,
    reduced,
    reduction,
)
from tests.unit.server.export.results import blank

SIDES = st.integers(1, 70_000)
LIMITS = st.tuples(st.integers(1, 5_000), st.integers(1, 5_000))


@pytest.mark.parametrize(
    ("size", "limit", "expected"),
    [
        ((3000, 1000), (2000, 2000), (2000, 666)),
        ((2000, 2000), (2000, 2000), (2000, 2000)),
        ((2105, 100), (2000, 2000), (1999, 95)),
        ((1000, 3000), (2000, 2000), (666, 2000)),
        ((5998, 1), (2000, 2000), (2000, 1)),
        ((1, 5000), (2000, 2000), (1, 2000)),
        ((60, 40), (100, 50), (60, 40)),
        ((20, 60), (100, 50), (16, 50)),
        ((200, 20), (100, 50), (100, 10)),
        ((70_000, 2), None, (MAX_JPEG_SIDE, 1)),
        ((3000, 3000), None, (3000, 3000)),
    ],
)
def test_limited_size(size: tuple[int, int], limit: tuple[int, int] | None, expected: tuple[int, int]) -> None:
    assert limited_size(Size(*size), limit) == Size(*expected)


@given(SIDES, SIDES, LIMITS)
def test_a_limited_size_fits_and_never_grows(width: int, height: int, limit: tuple[int, int]) -> None:
    size = limited_size(Size(width, height), limit)
    assert 1 <= size.width <= min(width, limit[0])
    assert 1 <= size.height <= min(height, limit[1])


@given(SIDES, SIDES, st.integers(1, 5_000))
def test_a_square_limit_follows_the_contracts_formula(width: int, height: int, side: int) -> None:
    expected = (width, height)
    if width > side or height > side:
        factor = side / width if width / height > 1 else side / height
        expected = (max(1, int(factor * width)), max(1, int(factor * height)))
    assert limited_size(Size(width, height), (side, side)) == Size(*expected)


def test_a_picture_that_fits_is_the_same_object() -> None:
    image = blank(20, 10)
    assert limit_size(image, (20, 10)) is image


def test_scaling_is_bilinear_to_the_limited_size() -> None:
    image = np.arange(30 * 40 * 3, dtype=np.uint32).astype(np.uint8).reshape(30, 40, 3)
    assert np.array_equal(limit_size(image, (20, 20)), cv2.resize(image, (20, 15), interpolation=cv2.INTER_LINEAR))


def test_ordinary_pages_are_composed_whole() -> None:
    assert reduction(Size(2 * 4000, 4000), (2000, 2000)) == 1


def test_without_a_limit_a_large_page_stays_large() -> None:
    assert reduction(Size(26_000, 13_000), None) == 1


@given(SIDES, SIDES, LIMITS)
def test_a_reduced_page_is_never_smaller_than_the_picture_made_of_it(
    width: int, height: int, limit: tuple[int, int]
) -> None:
    size = Size(width, height)
    divisor, final = reduction(size, limit), limited_size(size, limit)
    assert divisor >= 1
    assert divisor == 1 or (width // divisor >= final.width and height // divisor >= final.height)


def test_reducing_averages() -> None:
    image = blank(4, 4, 0)
    image[:, ::2] = 200
    assert np.array_equal(reduced(image, 2), blank(2, 2, 100))
    assert reduced(blank(3, 1), 4).shape == (1, 1, 3)


def test_jpeg_of_one_pixel_and_of_the_longest_side() -> None:
    for image in (blank(1, 1, 7), blank(MAX_JPEG_SIDE, 1, 7)):
        decoded = cv2.imdecode(np.frombuffer(encode_jpeg(image), np.uint8), cv2.IMREAD_COLOR)
        assert decoded is not None
        assert np.array_equal(decoded, image)


@pytest.mark.parametrize("image", [blank(MAX_JPEG_SIDE + 1, 1), blank(0, 5)])
def test_what_jpeg_cannot_hold_is_an_error(image: np.ndarray) -> None:
    with pytest.raises(PictureEncodingFailed):
        encode_jpeg(image)
