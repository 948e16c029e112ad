from dataclasses import replace

import cv2
import numpy as np

from models.ops import crop as crop_module
from models.ops.crop import cut_line, locate_line

PAGE = np.random.default_rng(0).integers(0, 256, (100, 200, 3), dtype=np.uint8)


def crop_line(page, quad):
    region = locate_line(quad)
    assert region is not None
    crop = cut_line(page, region)
    assert crop.shape[:2] == region.crop_size
    return crop


def quad(left, top, right, bottom):
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


def test_a_straight_box_is_cut_out_as_it_is():
    np.testing.assert_array_equal(crop_line(PAGE, quad(10, 20, 110, 50)), PAGE[20:50, 10:110])


def test_a_high_box_is_turned_counter_clockwise():
    np.testing.assert_array_equal(crop_line(PAGE, quad(10, 20, 30, 80)), np.rot90(PAGE[20:80, 10:30]))


def test_a_box_stands_upright_from_one_and_a_half_times_its_width_on():
    assert [locate_line(quad(0, 0, 20, height)).vertical for height in (29, 30, 31)] == [False, True, True]


def test_outside_the_page_the_edge_goes_on():
    crop = crop_line(PAGE, quad(150, 60, 200, 100))
    np.testing.assert_array_equal(crop, PAGE[60:100, 150:200])
    np.testing.assert_array_equal(crop_line(PAGE, quad(190, 50, 220, 60))[:, 10:], PAGE[50:60, 199:].repeat(20, axis=1))


def test_a_slanted_box_is_straightened():
    page = np.zeros((120, 220, 3), np.uint8)
    corners = np.array([[20, 20], [190, 60], [180, 100], [10, 60]], np.int32)
    cv2.fillPoly(page, [corners], (255, 255, 255))
    crop = crop_line(page, corners)
    assert abs(crop.shape[1] - 175) <= 2
    assert abs(crop.shape[0] - 41) <= 2
    assert crop[5:-5, 5:-5].min() == 255


def test_a_box_without_a_pixel_gives_nothing():
    assert locate_line(quad(10, 20, 10, 50)) is None
    assert locate_line(quad(10, 20, 10, 20)) is None


SLANTED = np.array([[40, 10], [120, 70], [105, 90], [25, 30]], np.int32)


def test_a_large_crop_is_sampled_in_bands_with_the_same_bytes(monkeypatch):
    whole = crop_line(PAGE, SLANTED)
    monkeypatch.setattr(crop_module, "_BAND_PIXELS", 3 * whole.shape[1])
    np.testing.assert_array_equal(crop_line(PAGE, SLANTED), whole)


def test_a_page_beyond_16_bit_positions_is_sampled_in_the_right_place(monkeypatch):
    wide = np.zeros((100, 40_200, 3), np.uint8)
    wide[:, 40_000:] = PAGE
    far = crop_line(wide, SLANTED + np.array([40_000, 0], np.int32))
    near = crop_line(PAGE, SLANTED)
    # Corners are float32: that far to the right they have fewer digits left, so positions may fall on the next 32nd.
    assert abs(far.shape[1] - near.shape[1]) <= 1
    width = min(far.shape[1], near.shape[1]) // 2
    assert np.abs(far[:, :width].astype(int) - near[:, :width]).mean() < 8


def test_a_line_that_is_upside_down_is_turned():
    region = replace(locate_line(quad(10, 20, 110, 50)), upside_down=True)
    # The reference's half turn is off by one pixel, see models/ops/rotate.py.
    np.testing.assert_array_equal(cut_line(PAGE, region)[1:, 1:], PAGE[21:50, 11:110][::-1, ::-1])


def cubic_weights(fraction):
    """Keys' cubic convolution with a = -0.75 (Keys 1981, as OpenCV uses it), for the four pixels around a position."""
    a = -0.75
    distances = np.abs(np.array([-1, 0, 1, 2]) - fraction)
    near = (a + 2) * distances**3 - (a + 3) * distances**2 + 1
    far = a * distances**3 - 5 * a * distances**2 + 8 * a * distances - 4 * a
    return np.where(distances <= 1, near, far)


def test_slanted_pixels_are_bicubic_samples_at_32nds_of_a_pixel():
    # A 3-4-5 rectangle: 100 x 25 pixels, its top edge along (4, 3) / 5.
    corners = np.array([[40, 10], [120, 70], [105, 90], [25, 30]], np.int32)
    crop = crop_line(PAGE, corners)
    assert crop.shape[0] == 25
    assert crop.shape[1] in (99, 100)  # a length of 99.99999 is cut off
    stretch = 100 / crop.shape[1]
    page = PAGE.astype(np.float64)
    for row, column in [(0, 10), (12, 50), (20, 95), (5, 37)]:
        x = np.rint((40 + 0.8 * stretch * column - 0.6 * row) * 32) / 32
        y = np.rint((10 + 0.6 * stretch * column + 0.8 * row) * 32) / 32
        around = page[int(y) - 1 : int(y) + 3, int(x) - 1 : int(x) + 3]
        expected = np.einsum("y,x,yxc->c", cubic_weights(y % 1), cubic_weights(x % 1), around)
        np.testing.assert_allclose(crop[row, column], np.clip(expected, 0, 255), atol=1.01)
