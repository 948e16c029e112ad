"""Pages on a device, and their copies on the host."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from torch import Tensor

from models.errors import OutOfDeviceMemory
from models.ops.rotate import rotate_image
from models.stages.device import pages as pages_module
from models.stages.device.pages import DevicePage, on_device
from models.stages.pages import PagePixels, Part
from tests.unit.models.stages.device.device_pages import PAGES, picture


def test_a_page_that_the_device_has_no_room_for_is_its_own_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Tensor:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(pages_module, "page_on", full)
    with pytest.raises(OutOfDeviceMemory):
        PAGES.take(picture(1))


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_page_is_turned_on_both_sides(angle: Any) -> None:
    image: NDArray[np.uint8] = np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    rotated = PAGES.rotate(PAGES.take(image), angle)
    assert isinstance(rotated, DevicePage)
    np.testing.assert_array_equal(rotated.image, rotate_image(image, angle))
    np.testing.assert_array_equal(rotated.tensor.permute(1, 2, 0).numpy(), rotated.image)


def test_a_page_that_is_not_on_the_device_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        on_device(PagePixels(picture(1)))


def test_a_part_of_a_page_is_the_same_part_of_both_copies() -> None:
    image: NDArray[np.uint8] = np.random.default_rng(5).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    part = PAGES.part(PAGES.take(image), Part(5, 2, 25, 30))
    assert isinstance(part, DevicePage)
    np.testing.assert_array_equal(part.image, image[5:25, 2:30])
    np.testing.assert_array_equal(part.tensor.permute(1, 2, 0).numpy(), part.image)
