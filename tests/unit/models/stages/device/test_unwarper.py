"""Unwarping on a device."""

import numpy as np
import torch
from torch import Tensor

from models.stages.base import CpuPool
from models.stages.device.pages import on_device
from models.stages.device.unwarper import DeviceUnwarper
from models.stages.unwarping import UnwarpingStage
from tests.unit.models.stages.device.device_pages import PAGES, PLACE, on_stage, picture
from tests.unit.models.stages.device.networks import Noting, model


def test_a_flat_page_comes_back_to_both_sides_and_stays_as_it_is(pool: CpuPool) -> None:
    memory: list[Tensor] = []

    def inverted(batch: Tensor) -> tuple[Tensor, ...]:
        # As a captured graph does it: always into the same memory.
        if not memory:
            memory.append(torch.empty_like(batch))
        return (memory[0].copy_(255 - batch),)

    stage = UnwarpingStage([DeviceUnwarper(model(Noting(inverted)), PLACE)], pool)
    first, second = on_stage(
        stage,
        lambda: stage.unwarp(PAGES.take(picture(10, 20, 30))),
        lambda: stage.unwarp(PAGES.take(picture(50, 20, 30))),
    )
    for page, level in ((first, 245), (second, 205)):
        np.testing.assert_array_equal(page.image, picture(level, 20, 30))
        assert (on_device(page) == level).all()
