"""Quarter turns equal the reference's rotation about (w/2, h/2) with a cubic warp."""

import cv2
import numpy as np
import pytest

from models.document import Image
from models.ops.rotate import Angle, rotate_image


def picture(height: int, width: int) -> Image:
    return np.random.default_rng(height * 1000 + width).integers(1, 256, (height, width, 3), dtype=np.uint8)


def warped(image: Image, angle: Angle) -> Image:
    """The reference's formula: rotate about (w/2, h/2) into the enlarged canvas, cubic, black outside."""
    height, width = image.shape[:2]
    size = (width, height) if angle == 180 else (height, width)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[0, 2] += (size[0] - width) / 2
    matrix[1, 2] += (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC), dtype=np.uint8)


@pytest.mark.parametrize("angle", [90, 180, 270])
@pytest.mark.parametrize("size", [(1, 1), (1, 6), (5, 1), (2, 3), (7, 4), (48, 321), (131, 64), (333, 1001)])
def test_pixels_equal_the_warp(size: tuple[int, int], angle: Angle) -> None:
    image = picture(*size)
    np.testing.assert_array_equal(rotate_image(image, angle), warped(image, angle))


def test_no_turn_is_the_image_itself() -> None:
    image = picture(3, 4)
    assert rotate_image(image, 0) is image


@pytest.mark.parametrize(
    ("angle", "expected"),
    [
        (90, [[0, 0], [3, 6], [2, 5]]),
        (180, [[0, 0, 0], [0, 6, 5]]),
        (270, [[0, 4], [0, 5], [0, 6]]),
    ],
)
def test_one_edge_is_lost_and_the_other_is_black(angle: Angle, expected: list[list[int]]) -> None:
    image = np.repeat(np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)[..., np.newaxis], 3, axis=2)
    assert rotate_image(image, angle)[..., 0].tolist() == expected


def test_the_result_is_contiguous_and_does_not_share_memory() -> None:
    image = picture(4, 6)
    rotated = rotate_image(image, 180)
    assert rotated.flags.c_contiguous
    assert not np.shares_memory(rotated, image)


def test_other_angles_are_refused() -> None:
    with pytest.raises(ValueError, match="45"):
        rotate_image(picture(2, 2), 45)  # type: ignore[arg-type]
