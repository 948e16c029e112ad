"""Whole pages on torch against the same with NumPy and OpenCV."""

import numpy as np
import pytest
import torch

from models.device_ops.pages import centre_of_short_side, page_on, resized, resized_for_detection, rotated
from models.ops.resize import center_crop, resize_page, resize_short_side
from models.ops.rotate import rotate_image

CPU = torch.device("cpu")
DICE = np.random.default_rng(0)


def picture(height, width):
    return DICE.integers(0, 256, (height, width, 3), dtype=np.uint8)


def as_image(tensor):
    return tensor.permute(1, 2, 0).numpy()


@pytest.mark.parametrize("order", [1, -1])
def test_a_page_arrives_as_it_is(order):
    image = picture(37, 53)[:, ::order]
    image.flags.writeable = False
    page = page_on(image, CPU)
    assert page.dtype == torch.float32
    assert page.is_contiguous()
    np.testing.assert_array_equal(as_image(page), image)


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_turns_are_the_references_with_their_border(angle):
    image = picture(37, 53)
    np.testing.assert_array_equal(as_image(rotated(page_on(image, CPU), angle)), rotate_image(image, angle))


@pytest.mark.parametrize("shape", [(64, 96), (992, 672), (32, 1280), (480, 320)])
@pytest.mark.parametrize("size", [(480, 320), (133, 71), (1000, 800), (20, 30), (5, 58)])
def test_resizing_is_opencvs_but_for_a_level_here_and_there(size, shape):
    image = picture(*size)
    ours = as_image(resized_for_detection(page_on(image, CPU), shape)).astype(int)
    theirs = resize_page(image, shape)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= 1
    assert np.mean(ours != theirs) < 0.01


def test_a_page_of_the_right_size_is_not_changed():
    image = picture(64, 96)
    np.testing.assert_array_equal(as_image(resized(page_on(image, CPU), (64, 96))), image)


@pytest.mark.parametrize("size", [(400, 300), (300, 401), (256, 256), (90, 200)])
def test_the_middle_of_a_page_is_what_a_document_classifier_sees(size):
    image = picture(*size)
    ours = as_image(centre_of_short_side(page_on(image, CPU), 256, 224)).astype(int)
    assert np.abs(ours - center_crop(resize_short_side(image, 256), 224)).max() <= 1
