import numpy as np
import pytest

from models.ops.db_postprocess import DbOptions, find_boxes

DEFAULTS = DbOptions(thresh=0.3, box_thresh=0.6, unclip_ratio=1.5)


def probability_map(*, level=0.9):
    probability = np.zeros((96, 160), np.float32)
    probability[40:60, 30:130] = level
    return probability


def test_a_region_becomes_one_box_grown_by_the_unclip_distance():
    (box,) = find_boxes(probability_map(), (96, 160), DEFAULTS)
    # The contour runs through pixel centres: 99 x 19, so D = A * r / L = 99 * 19 * 1.5 / 236 = 11.96 px on each side.
    grown = 99 * 19 * 1.5 / (2 * (99 + 19))
    expected = [
        [30 - grown, 40 - grown],
        [129 + grown, 40 - grown],
        [129 + grown, 59 + grown],
        [30 - grown, 59 + grown],
    ]
    np.testing.assert_allclose(box.quad, expected, atol=1)
    assert box.score == pytest.approx(0.9)


def test_boxes_are_scaled_to_the_page_and_clipped_to_it():
    (box,) = find_boxes(probability_map(), (48, 320), DEFAULTS)
    assert box.quad[:, 0].max() == pytest.approx(282, abs=2)
    assert box.quad[:, 1].max() == pytest.approx(36, abs=1)
    (box,) = find_boxes(probability_map(), (96, 160), DbOptions(0.3, 0.6, 20))
    assert box.quad.min() == 0
    assert box.quad.max(axis=0).tolist() == [160, 96]


def test_coordinates_beyond_16_bits_do_not_wrap():
    (box,) = find_boxes(probability_map(), (96, 60_000), DEFAULTS)
    assert box.quad[:, 0].max() > 40_000


@pytest.mark.parametrize(
    "options",
    [DbOptions(0.95, 0.6, 1.5), DbOptions(0.3, 0.95, 1.5), DbOptions(0.3, 0.6, 1.5, max_candidates=0)],
)
def test_thresholds_and_candidates_are_obeyed(options):
    assert find_boxes(probability_map(), (96, 160), options) == []


def test_noise_is_no_box():
    probability = np.zeros((64, 64), np.float32)
    probability[10:12, 10:40] = 1
    assert find_boxes(probability, (64, 64), DEFAULTS) == []


def test_a_tiny_growth_cannot_break_it():
    assert find_boxes(probability_map(), (96, 160), DbOptions(0.3, 0.6, 1e-9))


def test_a_huge_growth_covers_the_page_and_costs_nothing_more():
    (box,) = find_boxes(probability_map(), (96, 160), DbOptions(0.3, 0.6, 1e12))
    assert box.quad.tolist() == [[0, 0], [160, 0], [160, 96], [0, 96]]
