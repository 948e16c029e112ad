"""The text detector on the device of its pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.device_ops.pages import resized_for_detection
from models.engines.torch.graphs import Tensors
from models.engines.torch.session import TorchModel
from models.stages.base import refuse_nonsense
from models.stages.device.lane_model import LaneModel, Placement, Warm, nothing
from models.stages.device.pages import on_device
from models.stages.pages import PagePixels

PAGE_BATCHES = (1, 2, 4, 8)
"""The numbers of pages that run together. Other batches are split: a blank page would cost as much as a page."""


@dataclass(frozen=True, slots=True, eq=False)
class PageInput:
    """A page, and the (height, width) of the detector's input."""

    page: Tensor
    shape: tuple[int, int]


class DeviceDetector(LaneModel):
    """See `models.stages.detection.Detector`."""

    def __init__(self, model: TorchModel, placement: Placement, warm: Warm = nothing) -> None:
        super().__init__(model, placement, PAGE_BATCHES, warm)

    def prepare(self, page: PagePixels, shape: tuple[int, int]) -> PageInput:
        """Name the page. Its pixels are not touched before the lane runs the batch."""
        return PageInput(on_device(page), shape)

    def run(self, items: list[PageInput]) -> list[NDArray[np.float32]]:
        """The maps of pages with one detector shape: float32 (H, W) each. The pages' own sizes may differ."""
        results = self.run_on_lane([partial(_maps, part) for part in _parts(items)])
        maps: list[NDArray[np.float32]] = [found for (batch,) in results for found in batch]
        for found in maps:
            refuse_nonsense(self, found)
        return maps


def _parts(items: list[PageInput]) -> Iterator[list[PageInput]]:
    """Split a batch into sizes of `PAGE_BATCHES`."""
    start = 0
    while start < len(items):
        size = max(size for size in PAGE_BATCHES if size <= len(items) - start)
        yield items[start : start + size]
        start += size


def _maps(items: list[PageInput], model: TorchModel) -> Tensors:
    return model(torch.stack([resized_for_detection(item.page, item.shape) for item in items]))
