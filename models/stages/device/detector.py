"""The text detector on the device that its pages are on."""

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
from models.stages.device.lane_model import LaneModel, Placement
from models.stages.device.pages import on_device
from models.stages.pages import PagePixels

PAGE_BATCHES = (1, 2, 4, 8)
"""Pages that run together. Others are split: a blank page to fill up a batch costs as much as a page."""


@dataclass(frozen=True, slots=True, eq=False)
class PageInput:
    """A page, and the (height, width) that the detector sees it at."""

    page: Tensor
    shape: tuple[int, int]


class DeviceDetector(LaneModel):
    """See `models.stages.detection.Detector`."""

    def __init__(self, model: TorchModel, placement: Placement) -> None:
        super().__init__(model, placement, PAGE_BATCHES)

    def prepare(self, page: PagePixels, shape: tuple[int, int]) -> PageInput:
        """Nothing is done before the lane's turn."""
        return PageInput(on_device(page), shape)

    def run(self, items: list[PageInput]) -> list[NDArray[np.float32]]:
        """Pages of one detector shape to their maps, float32 (H, W) each; the pages' own sizes may differ."""
        answers = self.answers([partial(_maps, part) for part in _parts(items)])
        maps: list[NDArray[np.float32]] = [found for (batch,) in answers for found in batch]
        for found in maps:
            refuse_nonsense(self, found)
        return maps


def _parts(items: list[PageInput]) -> Iterator[list[PageInput]]:
    """Cut a batch into sizes of `PAGE_BATCHES`."""
    start = 0
    while start < len(items):
        size = max(size for size in PAGE_BATCHES if size <= len(items) - start)
        yield items[start : start + size]
        start += size


def _maps(items: list[PageInput], model: TorchModel) -> Tensors:
    return model(torch.stack([resized_for_detection(item.page, item.shape) for item in items]))
