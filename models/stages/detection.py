"""Text detection: finds the text boxes of a page, in reading order."""

from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.descriptions.model_directory import DetectionSpec
from models.document import TextBox
from models.ops.db_postprocess import DbOptions, find_boxes
from models.ops.reading_order import sort_boxes
from models.ops.resize import detection_shape
from models.options import OcrOptions
from models.stages.base import CpuPool, ModelStage, Prepared, StageModel
from models.stages.pages import PagePixels

MAX_PAGES_PER_BATCH = 8
"""Pages of one shape that run together on a device that profits from batches. A CPU runs one page at a time."""

MAX_BATCH_PIXELS = 8 * 1280 * 1280
"""Pixels of pages that run together. With this limit, a batch takes no more memory than a large page."""


class Detector(StageModel, Protocol):
    """A text detector."""

    def prepare(self, page: PagePixels, shape: tuple[int, int]) -> Prepared:
        """Make the detector's input of (height, width) from a page. Called in threads of the pool."""

    def run(self, items: list[Prepared]) -> list[NDArray[np.float32]]:
        """The text probability of each pixel of inputs of one shape: arrays (H, W) that the caller owns."""


class DetectionStage(ModelStage[Detector, Prepared, NDArray[np.float32]]):
    """DB text detection on pages of any size. Only pages with the same detector shape can share a batch.

    Args:
        spec: the model's description.
        detectors: one for each lane.
        pool: threads for resizing and for finding boxes.
        kept_lanes: see `Batcher`.
        name: stage name. The detectors of several presets may be open at the same time.
    """

    def __init__(
        self,
        spec: DetectionSpec,
        detectors: Sequence[Detector],
        pool: CpuPool,
        *,
        kept_lanes: int = 0,
        name: str = "text_detection",
    ) -> None:
        pages = MAX_PAGES_PER_BATCH if detectors[0].batch_sizes else 1
        super().__init__(name, detectors, pool, max_items=pages, max_cost=MAX_BATCH_PIXELS, kept_lanes=kept_lanes)
        self._spec = spec

    async def find(
        self, page: PagePixels, options: OcrOptions, *, flow: Hashable = None, deadline: float | None = None
    ) -> list[TextBox]:
        """Find the text boxes of one page.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        height, width = page.size
        shape = detection_shape(
            height,
            width,
            options.text_det_limit_side_len,
            options.text_det_limit_type,
            options.text_det_max_side_limit,
        )
        prepared = await self._pool.run(self._models[0].prepare, page, shape)
        cost = shape[0] * shape[1]
        (probability,) = await self.batcher.submit([prepared], key=shape, cost=cost, flow=flow, deadline=deadline)
        thresholds = DbOptions(
            options.text_det_thresh,
            options.text_det_box_thresh,
            options.text_det_unclip_ratio,
            self._spec.max_candidates,
        )
        return await self._pool.run(_boxes_in_order, probability, (height, width), thresholds)

    def _run(self, model: Detector, items: list[Prepared]) -> list[NDArray[np.float32]]:
        return model.run(items)


def _boxes_in_order(
    probability: NDArray[np.float32], page_size: tuple[int, int], thresholds: DbOptions
) -> list[TextBox]:
    return sort_boxes(find_boxes(probability, page_size, thresholds))
