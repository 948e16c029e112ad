"""Text recognition: reads the lines of a page."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.config import Padding
from models.descriptions.model_directory import RecognitionSpec
from models.engines.base import BatchShape, device_batch_shapes
from models.ops.crop import LineRegion
from models.ops.ctc import DecodedLine, ctc_characters, decode_line
from models.ops.line_groups import WIDTH_LADDER, LineGroup, plan_groups
from models.scheduling.fair_queue import FinishTag
from models.stages.base import CpuPool, ModelStage, Prepared, StageModel
from models.stages.pages import PagePixels
from models.tasks import run_all

MAX_BATCH_PIXELS = 6 * 48 * 3200
"""Padded pixels that run together: six lines of the greatest width. Larger batches are not faster on a CPU."""

MAX_OWN_LINES: dict[Padding, int] = {"tight": 1, "bucket": 8}
"""Lines of one page that run together on a CPU. A line in a batch costs 5 to 20 % less than alone, but every (lines,
width) is a shape of its own that has to be prepared. ``tight`` has many widths, so its lines run one by one. After all
shapes were seen, that is about as fast (6.1 against 5.9 s for 19 pages). Before, it is faster (9.0 against 10.4 s). It
takes 430 MB less."""


def line_batch_shapes(spec: RecognitionSpec, padding: Padding) -> tuple[BatchShape, ...]:
    """All batch shapes on a device that fills batches up. There are none if the widths are not on the ladder."""
    channels, height, _ = spec.image_shape
    if padding != "bucket":
        return ()
    return tuple(
        shape
        for width in WIDTH_LADDER
        for shape in device_batch_shapes((channels, height, width), MAX_BATCH_PIXELS // (height * width))
    )


@dataclass(frozen=True, slots=True)
class ReadLine:
    """The result of one line.

    Attributes:
        decoded: the text, its score, and the time steps of its characters.
        width_ratio: the line's own width/height, divided by the width/height that it was padded to.
    """

    decoded: DecodedLine
    width_ratio: float


@dataclass(frozen=True, slots=True)
class _PaddedLine:
    prepared: Prepared
    width: int


class LineReader(StageModel, Protocol):
    """A CTC recogniser."""

    @property
    def most_pixels(self) -> int:
        """The greatest number of padded pixels that run together."""

    def prepare(self, page: PagePixels, region: LineRegion, width: int) -> Prepared:
        """Make a line's input at the recogniser's height and its own width. Called in threads of the pool."""

    def run(self, items: list[Prepared], rows: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The best class of every time step of N lines, and its probability: (N, T) each.

        Args:
            items: the lines.
            rows: number of rows of the batch.
            width: padded width, in pixels.
        """


class RecognitionStage(ModelStage[LineReader, _PaddedLine, DecodedLine]):
    """CTC recognition of lines. The padded width of a line depends on its own page only.

    Args:
        spec: the model's description.
        readers: one for each lane.
        pool: threads for resizing.
        padding: the policy that decides padded widths.
        group_size: number of lines of a page that share a padded width under the ``reference`` policy.
        kept_lanes: see `Batcher`.
        name: stage name. Several recognisers may be open at the same time.
    """

    def __init__(
        self,
        spec: RecognitionSpec,
        readers: Sequence[LineReader],
        pool: CpuPool,
        *,
        padding: Padding,
        group_size: int,
        kept_lanes: int = 0,
        name: str = "text_recognition",
    ) -> None:
        # The sizes of batches that several pages share. It is empty if every batch belongs to one page.
        self._shared_sizes = readers[0].batch_sizes if padding == "bucket" else ()
        own_lines = MAX_OWN_LINES.get(padding, group_size)
        max_items = max(self._shared_sizes, default=own_lines)
        super().__init__(
            name, readers, pool, max_items=max_items, max_cost=readers[0].most_pixels, kept_lanes=kept_lanes
        )
        self._spec = spec
        self._padding = padding
        self._group_size = group_size
        self._characters = ctc_characters(spec.characters)

    @property
    def line_height(self) -> int:
        """The height of a line in the recogniser's input, in pixels."""
        return self._spec.image_shape[1]

    async def read(
        self, page: PagePixels, regions: Sequence[LineRegion], *, flow: Hashable = None, deadline: float | None = None
    ) -> list[ReadLine]:
        """Read the lines of one page. They are cut out group by group, and only kept at the recogniser's height.

        Args:
            page: the page.
            regions: the places of its lines.
            flow: see `Batcher.submit`.
            deadline: see `Batcher.submit`.

        Returns:
            One entry for each region, in order.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        groups = plan_groups(
            [region.crop_size for region in regions], self._spec.image_shape, self._padding, self._group_size
        )
        tag = FinishTag(sum(self._cost(group) * len(group.lines) for group in groups))
        reads = await run_all(self._read_group(group, page, regions, flow, deadline, tag) for group in groups)
        lines = {
            index: ReadLine(decoded, ratio)
            for group, read in zip(groups, reads, strict=True)
            for index, ratio, decoded in zip(group.lines, group.width_ratios, read, strict=True)
        }
        return [lines[index] for index in range(len(regions))]

    async def _read_group(
        self,
        group: LineGroup,
        page: PagePixels,
        regions: Sequence[LineRegion],
        flow: Hashable,
        deadline: float | None,
        tag: FinishTag,
    ) -> list[DecodedLine]:
        lines = await self._pool.run(self._prepare, group, page, regions)
        # Batches that are not filled up to fixed sizes hold only lines of one page. The batch size decides which kernel
        # runs, and it must not depend on other requests.
        key = (group.width, None if self._shared_sizes else group)
        cost = self._cost(group)
        return await self.batcher.submit(lines, key=key, cost=cost, flow=flow, deadline=deadline, tag=tag)

    def _cost(self, group: LineGroup) -> int:
        """The padded pixels of one line."""
        return self._spec.image_shape[1] * group.width

    def _prepare(self, group: LineGroup, page: PagePixels, regions: Sequence[LineRegion]) -> list[_PaddedLine]:
        return [
            _PaddedLine(self._models[0].prepare(page, regions[index], width), group.width)
            for index, width in zip(group.lines, group.text_widths, strict=True)
        ]

    def _run(self, model: LineReader, items: list[_PaddedLine]) -> list[DecodedLine]:
        lines = [line.prepared for line in items]
        indices, best = model.run(lines, self._rows(len(items)), items[0].width)
        return [decode_line(row, scores, self._characters) for row, scores in zip(indices, best, strict=True)]

    def _rows(self, lines: int) -> int:
        """The rows of a batch of so many lines. A batch that several pages share is filled up with blank lines."""
        return next((size for size in self._shared_sizes if size >= lines), lines)
