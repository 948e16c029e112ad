"""Lines cut out on torch against the same with NumPy and OpenCV, pixel by pixel."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from models.device_ops import crops
from models.device_ops.crops import LineCut, cut_lines
from models.device_ops.pages import page_on
from models.ops.crop import LineRegion, cut_line, locate_line
from models.ops.resize import resize_line

CPU = torch.device("cpu")
HEIGHT, BLANK = 48, 127


def page(seed, height=300, width=400):
    """Soft shapes and sharp letters: what a page is made of."""
    noise = np.random.default_rng(seed).integers(0, 256, (height // 6, width // 6, 3), dtype=np.uint8)
    image = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    cv2.putText(image, "Sharp edges", (20, height // 2), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (0, 0, 0), 3)
    return image


def region(centre, size, angle):
    found = locate_line(np.rint(cv2.boxPoints((centre, size, angle))).astype(np.int32))
    assert found is not None
    return found


REGIONS = {
    "straight": region((200, 150), (240, 40), 0),
    "slanted": region((200, 150), (260, 37), 12.3),
    "steep": region((150, 160), (180, 30), -41),
    "vertical": region((100, 150), (30, 200), 3),
    "beyond the edge": region((390, 20), (120, 50), 20),
    "one pixel high": region((100, 100), (90, 1.5), 0),
    "higher than the model": region((200, 150), (300, 150), 5),
}


def on_the_host(image, found, width):
    return resize_line(cut_line(image, found), width, HEIGHT)


def on_torch(cuts, width, rows=None):
    return cut_lines(cuts, (rows or len(cuts), HEIGHT, width), BLANK).permute(0, 2, 3, 1).numpy()


@pytest.mark.parametrize("upside_down", [False, True])
@pytest.mark.parametrize("name", REGIONS)
def test_a_line_is_what_opencv_cuts_out(name, upside_down):
    image, found = page(1), replace(REGIONS[name], upside_down=upside_down)
    (ours,) = on_torch([LineCut(page_on(image, CPU), found, 200)], 200)
    difference = np.abs(ours.astype(int) - on_the_host(image, found, 200))
    # Positions that lie between two 32nds of a pixel may be rounded the other way.
    assert difference.max() <= 8
    assert np.mean(difference > 1) < 0.001


def test_lines_of_several_pages_share_a_batch():
    images = [page(1), page(2, 500, 300), page(3, 90, 900)]
    pages = [page_on(image, CPU) for image in images]
    found = [region((150, 45), (200 + 10 * number, 30), number) for number in range(7)]
    cuts = [LineCut(pages[number // 3], found[number], 100 + 20 * number) for number in range(7)]
    batch = on_torch(cuts, 320, rows=8)
    for number, (row, cut) in enumerate(zip(batch[:7], cuts, strict=True)):
        expected = on_the_host(images[number // 3], cut.region, cut.width)
        assert np.abs(row[:, : cut.width].astype(int) - expected).max() <= 2
        assert (row[:, cut.width :] == BLANK).all()
    assert (batch[7] == BLANK).all()


def test_large_crops_are_sampled_in_pieces_with_the_same_levels(monkeypatch):
    one = page_on(page(1), CPU)
    cuts = [LineCut(one, found, 150) for found in REGIONS.values()]
    whole = on_torch(cuts, 160)
    monkeypatch.setattr(crops, "_BAND_PIXELS", 1001)
    np.testing.assert_array_equal(on_torch(cuts, 160), whole)


def test_a_crop_of_one_pixel_fills_its_line():
    image = page(1)
    corner = np.array([[10, 10], [11, 10], [11, 11], [10, 11]], np.float32)
    (ours,) = on_torch([LineCut(page_on(image, CPU), LineRegion(corner, 1, 1), 48)], 64)
    assert (ours[:, :48] == image[10, 10]).all()
