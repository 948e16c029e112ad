"""Text detection: a page to its text boxes, in reading order."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.document import Image, TextBox
from models.engines.base import Engine
from models.model_directory import DetectionSpec
from models.ops.db_postprocess import DbOptions, find_boxes
from models.ops.normalize import Normalizer
from models.ops.reading_order import sort_boxes
from models.ops.resize import detection_shape, resize_page
from models.options import OcrOptions
from models.stages.base import CpuPool, EngineStage, checked_run, planes_in_order

MAX_PAGES_PER_BATCH = 8
"""Pages of one shape that run together on a device that likes batches. A CPU gains nothing from more than one."""

MAX_BATCH_PIXELS = 8 * 1280 * 1280
"""Pixels of pages that run together, so that a batch takes no more memory than a large page."""


class DetectionStage(EngineStage[Image, NDArray[np.float32]]):
    """DB text detection on pages of any size; only pages of equal detector shape can share a batch."""

    def __init__(self, spec: DetectionSpec, engines: Sequence[Engine], pool: CpuPool) -> None:
        pages = MAX_PAGES_PER_BATCH if engines[0].batch_sizes else 1
        super().__init__("text_detection", engines, pool, max_items=pages, max_cost=MAX_BATCH_PIXELS)
        self._spec = spec
        self._normalizer = Normalizer.from_mean_std(spec.mean, spec.std, spec.scale)

    async def find(
        self, page: Image, options: OcrOptions, *, flow: Hashable = None, deadline: float | None = None
    ) -> list[TextBox]:
        """Find the text boxes of one page.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        height, width = page.shape[:2]
        shape = detection_shape(
            height,
            width,
            options.text_det_limit_side_len,
            options.text_det_limit_type,
            options.text_det_max_side_limit,
        )
        resized = await self._pool.run(resize_page, page, shape)
        cost = shape[0] * shape[1]
        (probability,) = await self.batcher.submit([resized], key=shape, cost=cost, flow=flow, deadline=deadline)
        thresholds = DbOptions(
            options.text_det_thresh,
            options.text_det_box_thresh,
            options.text_det_unclip_ratio,
            self._spec.max_candidates,
        )
        return await self._pool.run(_boxes_in_order, probability, (height, width), thresholds)

    def _run(self, engine: Engine, items: list[Image]) -> list[NDArray[np.float32]]:
        """Resized pages of one shape to their probability maps, float32 (H, W) each."""
        batch = np.stack([self._normalizer.planes(planes_in_order(page, self._spec.channels)) for page in items])
        # Copies: the maps are read in the pool while the engine runs the next page.
        return [np.array(maps[0]) for maps in checked_run(engine, batch)]


def _boxes_in_order(
    probability: NDArray[np.float32], page_size: tuple[int, int], thresholds: DbOptions
) -> list[TextBox]:
    return sort_boxes(find_boxes(probability, page_size, thresholds))
