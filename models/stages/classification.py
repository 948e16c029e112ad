"""Image classifiers with few classes: document orientation and text-line orientation."""

from collections.abc import Hashable, Sequence
from typing import Protocol

from models.descriptions.model_directory import ClassificationSpec
from models.engines.base import BatchShape, device_batch_shapes
from models.ops.crop import LineRegion
from models.stages.base import CpuPool, ModelStage, Prepared, StageModel
from models.stages.pages import PagePixels

MAX_IMAGES_PER_BATCH = 6
"""The reference classifies so many lines together."""


def image_batch_shapes(spec: ClassificationSpec) -> tuple[BatchShape, ...]:
    """All batch shapes on a device that fills batches up.

    Raises:
        InvalidModelDirectory: the description fixes no size.
    """
    return device_batch_shapes(spec.item_shape, MAX_IMAGES_PER_BATCH)


class ImageClassifier(StageModel, Protocol):
    """A classifier of pages or lines."""

    @property
    def most_images(self) -> int:
        """The greatest number of images that run together."""

    def prepare(self, page: PagePixels, region: LineRegion | None) -> Prepared:
        """Make the input from a line, or from the whole page if ``region`` is None. Called in threads of the pool."""

    def run(self, items: list[Prepared]) -> list[int]:
        """The index of the most probable class of each item."""


class Classifier(ModelStage[ImageClassifier, Prepared, int]):
    """One classifier behind its batcher.

    All inputs have one size. If a model fills batches up to fixed sizes, images of all requests share batches. If not,
    a batch has images of one page only, because the result of a kernel may depend on the number of images.
    """

    def __init__(
        self,
        name: str,
        spec: ClassificationSpec,
        models: Sequence[ImageClassifier],
        pool: CpuPool,
        *,
        kept_lanes: int = 0,
    ) -> None:
        super().__init__(name, models, pool, max_items=models[0].most_images, kept_lanes=kept_lanes)
        self.labels = spec.labels
        _, height, width = spec.item_shape
        self._cost = height * width

    async def classify(
        self,
        page: PagePixels,
        regions: Sequence[LineRegion | None],
        *,
        flow: Hashable = None,
        deadline: float | None = None,
    ) -> list[int]:
        """The index of the most probable class of each line of a page. The region None stands for the whole page.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        prepared = await self._pool.run(self._prepare, page, regions)
        key = None if self._models[0].batch_sizes else object()
        return await self.batcher.submit(prepared, key=key, cost=self._cost, flow=flow, deadline=deadline)

    def _prepare(self, page: PagePixels, regions: Sequence[LineRegion | None]) -> list[Prepared]:
        return [self._models[0].prepare(page, region) for region in regions]

    def _run(self, model: ImageClassifier, items: list[Prepared]) -> list[int]:
        return model.run(items)
