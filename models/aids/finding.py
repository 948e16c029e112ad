"""Finds the text boxes of a page with the help of the reading aids. The extra looks are pages like all others."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from models.aids.large_letters import second_look, with_large_letters
from models.aids.leaning_boxes import with_ordered_corners
from models.aids.side_text import with_side_text_behind
from models.aids.tiles import join_tiles, tiles_of
from models.document import TextBox
from models.ops.reading_order import sort_boxes
from models.options import OcrOptions
from models.reading_aids import ReadingAids, WarningCode
from models.stages.base import CpuPool
from models.stages.detection import DetectionStage
from models.stages.pages import PagePixels, Pages
from models.tasks import run_all

Warnings = tuple[WarningCode, ...]
_TILED: Warnings = ("page_tiled",)


@dataclass(frozen=True, slots=True)
class FoundText:
    """The text boxes of a page, in reading order, and what the aids did to find them."""

    boxes: list[TextBox]
    warnings: Warnings = ()


class AidedDetection:
    """Finds text boxes with the aids that are on. Without any, it finds what the reference finds.

    Args:
        stage: the detector.
        pages: cuts and rotates pages.
        pool: threads for array work.
        aids: the switches.
    """

    def __init__(self, stage: DetectionStage, pages: Pages, pool: CpuPool, aids: ReadingAids) -> None:
        self._stage = stage
        self._pages = pages
        self._pool = pool
        self._aids = aids

    async def find(
        self, page: PagePixels, options: OcrOptions, *, flow: Hashable = None, deadline: float | None = None
    ) -> FoundText:
        """Find the text boxes of one page.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        parts = tiles_of(*page.size, _longest_side(options)) if self._aids.tiles else []
        if len(parts) > 1:
            tiles = [self._pages.part(page, part) for part in parts]
            found = await run_all(self._stage.find(tile, options, flow=flow, deadline=deadline) for tile in tiles)
            boxes, warnings = await self._pool.run(self._sorted, join_tiles(parts, found)), _TILED
        else:
            boxes, warnings = await self._find_at_once(page, options, flow, deadline)
        if self._aids.side_text:
            boxes = await self._pool.run(with_side_text_behind, boxes)
        return FoundText(boxes, warnings)

    async def _find_at_once(
        self, page: PagePixels, options: OcrOptions, flow: Hashable, deadline: float | None
    ) -> tuple[list[TextBox], Warnings]:
        """The boxes of a page that is seen as a whole."""
        boxes = await self._stage.find(page, options, flow=flow, deadline=deadline)
        warnings: Warnings = ()
        again = await self._pool.run(second_look, page.image, boxes, options) if self._aids.large_letters else None
        if again is not None:
            more = await self._stage.find(page, again, flow=flow, deadline=deadline)
            with_large = await self._pool.run(with_large_letters, boxes, more, page.size, options)
            if with_large is not None:
                boxes, warnings = await self._pool.run(self._sorted, with_large), ("large_letters",)
        if self._aids.order_leaning_boxes:
            boxes = await self._pool.run(self._sorted, boxes)
        return boxes, warnings

    def _sorted(self, boxes: Sequence[TextBox]) -> list[TextBox]:
        ordered = self._aids.order_leaning_boxes
        return sort_boxes(with_ordered_corners(box) if ordered else box for box in boxes)


def _longest_side(options: OcrOptions) -> int:
    """The greatest side of a page that the detector sees, in pixels."""
    limit = options.text_det_max_side_limit
    return min(limit, options.text_det_limit_side_len) if options.text_det_limit_type == "max" else limit
