"""Image classifiers with a handful of classes: document orientation and text-line orientation."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from models.document import Image
from models.engines.base import Engine
from models.errors import InvalidModelDirectory
from models.model_directory import ClassificationSpec
from models.ops.normalize import Normalizer
from models.ops.resize import center_crop, resize_line, resize_short_side
from models.stages.base import CpuPool, EngineStage, checked_run, planes_in_order

ImageSource = Callable[[], Image]
"""Makes one image when it is needed."""

MAX_IMAGES_PER_BATCH = 6
"""As many lines as the reference classifies together."""


class Classifier(EngineStage[Image, int]):
    """One classifier behind its batcher. All its inputs have one size, so images of all requests share batches."""

    def __init__(self, name: str, spec: ClassificationSpec, engines: Sequence[Engine], pool: CpuPool) -> None:
        super().__init__(name, engines, pool, max_items=MAX_IMAGES_PER_BATCH)
        self.labels = spec.labels
        self._spec = spec
        self._normalizer = Normalizer.from_mean_std(spec.mean, spec.std, spec.scale)

    async def classify(
        self, images: Sequence[ImageSource], *, flow: Hashable = None, deadline: float | None = None
    ) -> list[int]:
        """The index of the most probable class of each BGR image; images may have any size and are made one at a time.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        resized = await self._pool.run(self._resize_all, images)
        cost = resized[0].shape[0] * resized[0].shape[1] if resized else 0
        return await self.batcher.submit(resized, key=None, cost=cost, flow=flow, deadline=deadline)

    def _resize_all(self, images: Sequence[ImageSource]) -> list[Image]:
        return [self._resize(image()) for image in images]

    def _resize(self, image: Image) -> Image:
        if self._spec.size is not None:
            return resize_line(image, *self._spec.size)
        if self._spec.resize_short is not None and self._spec.crop is not None:
            return center_crop(resize_short_side(image, self._spec.resize_short), self._spec.crop[0])
        raise InvalidModelDirectory("A classifier needs a fixed input size: `size`, or `resize_short` with a crop.")

    def _run(self, engine: Engine, items: list[Image]) -> list[int]:
        batch = np.stack([self._normalizer.planes(planes_in_order(image, self._spec.channels)) for image in items])
        return [int(index) for index in checked_run(engine, batch).argmax(axis=1)]
