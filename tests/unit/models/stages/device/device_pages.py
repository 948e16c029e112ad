"""Pages on a device that is the CPU, and calls of stages that read them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import numpy as np
from torch import Tensor

from models.document import Image
from models.engines.torch.lane import CpuLane
from models.ops.crop import LineRegion
from models.options import OcrDefaults, OcrOverrides
from models.stages.device.lane_model import Placement
from models.stages.device.pages import DevicePages
from tests.unit.models.stages.device.networks import Answer

T = TypeVar("T")
UNIT = (0.5, 0.5, 0.5)
PLACE = Placement("cpu, f32")
PAGES = DevicePages(CpuLane())
OPTIONS = OcrDefaults().resolve(OcrOverrides())
BROKEN = 200
"""A level that breaks a network."""


def picture(level: int, height: int = 64, width: int = 640) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def line(width: int = 200) -> LineRegion:
    corners = np.array([[10, 8], [10 + width, 8], [10 + width, 56], [10, 56]], np.float32)
    return LineRegion(corners, width, 48)


def on_stage(stage: Any, *calls: Callable[[], Coroutine[Any, Any, T]]) -> list[T | BaseException]:
    """Run calls of a stage at once and close it."""

    async def run() -> list[T | BaseException]:
        try:
            return await asyncio.gather(*(call() for call in calls), return_exceptions=True)
        finally:
            await stage.close()

    return asyncio.run(run())


def breaking(answer: Answer, error: Exception) -> Answer:
    def run(batch: Tensor) -> tuple[Tensor, ...]:
        if (batch == BROKEN).any():
            raise error
        return answer(batch)

    return run
