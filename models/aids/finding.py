"""Finds the text boxes of a page with the help of the reading aids."""

from collections.abc import Hashable, Sequence

from models.aids.leaning_boxes import with_ordered_corners
from models.document import TextBox
from models.ops.reading_order import sort_boxes
from models.options import OcrOptions
from models.reading_aids import ReadingAids
from models.stages.base import CpuPool
from models.stages.detection import DetectionStage
from models.stages.pages import PagePixels


class AidedDetection:
    """Finds text boxes with the aids that are on. Without any, it finds what the reference finds.

    Args:
        stage: the detector.
        pool: threads for array work.
        aids: the switches.
    """

    def __init__(self, stage: DetectionStage, pool: CpuPool, aids: ReadingAids) -> None:
        self._stage = stage
        self._pool = pool
        self._aids = aids

    async def find(
        self, page: PagePixels, options: OcrOptions, *, flow: Hashable = None, deadline: float | None = None
    ) -> list[TextBox]:
        """Find the text boxes of one page, in reading order.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        boxes = await self._stage.find(page, options, flow=flow, deadline=deadline)
        if self._aids.order_leaning_boxes:
            boxes = await self._pool.run(_in_order, boxes)
        return boxes


def _in_order(boxes: Sequence[TextBox]) -> list[TextBox]:
    return sort_boxes(with_ordered_corners(box) for box in boxes)
