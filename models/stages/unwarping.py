"""Unwarping: a photographed page to a flat one of the same size, by UVDoc (https://arxiv.org/abs/2302.02887).

The model does the whole warp: it looks at the page at 488 x 712 pixels, predicts a grid of 31 x 45 sampling points
(x, y in -1..1, where -1 and 1 are the middle of the edge pixels), spreads the grid bilinearly over the page's own size
and samples the page there. Points outside the page are black. The stage therefore neither resizes nor samples.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.document import Image
from models.engines.base import Engine
from models.errors import EngineFailure
from models.ops.normalize import Normalizer
from models.stages.base import CpuPool, EngineStage, checked_run

MAX_PAGES_PER_BATCH = 1
"""Pages have sizes of their own, and one page fills every core."""

_UNIT = Normalizer.from_mean_std((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 1 / 255)


class UnwarpingStage(EngineStage[Image, Image]):
    """Flattens pages of any size, one at a time."""

    def __init__(self, engines: Sequence[Engine], pool: CpuPool) -> None:
        super().__init__("doc_unwarping", engines, pool, max_items=MAX_PAGES_PER_BATCH)

    async def unwarp(self, page: Image, *, flow: Hashable = None, deadline: float | None = None) -> Image:
        """Flatten one BGR page.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        cost = page.shape[0] * page.shape[1]
        (flat,) = await self.batcher.submit([page], key=page.shape, cost=cost, flow=flow, deadline=deadline)
        return flat

    def _run(self, engine: Engine, items: list[Image]) -> list[Image]:
        batch = np.stack([_UNIT.planes(page) for page in items])
        output = checked_run(engine, batch)
        if output.shape != batch.shape:
            raise EngineFailure(f"The unwarping model gave {output.shape} for pages of {batch.shape}.")
        return [image_of_planes(planes) for planes in output]


def image_of_planes(planes: NDArray[np.float32]) -> Image:
    """Turn float32 planes (3, H, W) in 0..1 into uint8 (H, W, 3), channels in the same order.

    Fractions are cut off and not rounded, as in the reference, so a page that comes back unchanged may be one level
    darker in places.
    """
    levels = np.clip(planes * np.float32(255), 0, 255)
    return np.ascontiguousarray(levels.astype(np.uint8).transpose(1, 2, 0))
