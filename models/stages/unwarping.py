"""Unwarping: makes a flat page of the same size from a photographed one, by UVDoc (https://arxiv.org/abs/2302.02887).

The model does the whole warp. It resizes the page to 488 x 712 pixels, and predicts a grid of 31 x 45 sampling points
(x, y in -1..1, where -1 and 1 are the middle of the edge pixels). It spreads the grid bilinearly over the page's own
size, and samples the page there. Points outside the page are black. So the stage neither resizes nor samples.
"""

from collections.abc import Hashable, Sequence
from typing import Protocol

from models.stages.base import CpuPool, ModelStage, StageModel
from models.stages.pages import PagePixels

MAX_PAGES_PER_BATCH = 1
"""Pages have different sizes, and one page is enough for all cores."""


class Unwarper(StageModel, Protocol):
    """An unwarping model."""

    def run(self, pages: list[PagePixels]) -> list[PagePixels]:
        """Unwarp pages of one size."""


class UnwarpingStage(ModelStage[Unwarper, PagePixels, PagePixels]):
    """Unwarps pages of any size, one at a time."""

    def __init__(self, unwarpers: Sequence[Unwarper], pool: CpuPool) -> None:
        super().__init__("doc_unwarping", unwarpers, pool, max_items=MAX_PAGES_PER_BATCH)

    async def unwarp(self, page: PagePixels, *, flow: Hashable = None, deadline: float | None = None) -> PagePixels:
        """Unwarp one BGR page.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        height, width = page.size
        cost = height * width
        (unwarped,) = await self.batcher.submit([page], key=page.size, cost=cost, flow=flow, deadline=deadline)
        return unwarped

    def _run(self, model: Unwarper, items: list[PagePixels]) -> list[PagePixels]:
        return model.run(items)
