import numpy as np

from models.ops.normalize import Normalizer

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PIXELS = np.random.default_rng(0).integers(0, 256, (7, 9, 3), dtype=np.uint8)


def test_mean_and_std_in_two_float32_roundings():
    planes = Normalizer.from_mean_std(MEAN, STD, 1 / 255).planes(PIXELS)
    for channel in range(3):
        plane = PIXELS[:, :, channel].astype(np.float32)
        plane *= (1 / 255) / STD[channel]
        plane += -MEAN[channel] / STD[channel]
        np.testing.assert_array_equal(planes[channel], plane)


def test_signed_unit_in_three_float32_roundings():
    expected = PIXELS.astype(np.float32).transpose(2, 0, 1) / 255
    expected -= 0.5
    expected /= 0.5
    np.testing.assert_array_equal(Normalizer.signed_unit().planes(PIXELS), expected)


def test_planes_are_written_top_left_and_the_padding_is_left_alone():
    out = np.full((3, 8, 20), 7, np.float32)
    Normalizer.signed_unit().write_planes(PIXELS, out)
    assert (out[:, 7:] == 7).all()
    assert (out[:, :, 9:] == 7).all()
    assert (out[:, :7, :9] != 7).all()
