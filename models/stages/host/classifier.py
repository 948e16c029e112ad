"""An image classifier on any engine."""

import numpy as np

from models.descriptions.model_directory import ClassificationSpec
from models.document import Image
from models.engines.base import Engine
from models.errors import InvalidModelDirectory
from models.ops.crop import LineRegion, cut_line
from models.ops.normalize import Normalizer
from models.ops.resize import center_crop, fitted_width, resize_line, resize_short_side
from models.stages.base import EngineModel, checked_run, planes_in_order
from models.stages.classification import MAX_IMAGES_PER_BATCH
from models.stages.pages import PagePixels


class HostClassifier(EngineModel):
    """See `models.stages.classification.ImageClassifier`."""

    most_images = MAX_IMAGES_PER_BATCH

    def __init__(self, spec: ClassificationSpec, engine: Engine) -> None:
        super().__init__(engine)
        self._spec = spec
        self._normalizer = Normalizer.from_mean_std(spec.mean, spec.std, spec.scale)

    def prepare(self, page: PagePixels, region: LineRegion | None) -> Image:
        """The line, or the page, at the model's size; narrower if it keeps its aspect ratio."""
        image = page.image if region is None else cut_line(page.image, region)
        if self._spec.size is not None:
            width, height = self._spec.size
            if self._spec.keeps_ratio:
                width = fitted_width(image.shape[0], image.shape[1], self._spec.size)
            return resize_line(image, width, height)
        if self._spec.resize_short is not None and self._spec.crop is not None:
            return center_crop(resize_short_side(image, self._spec.resize_short), self._spec.crop[0])
        raise InvalidModelDirectory("A classifier needs a fixed input size: `size`, or `resize_short` with a crop.")

    def run(self, items: list[Image]) -> list[int]:
        """The index of the most probable class of each item."""
        batch = np.zeros((len(items), *self._spec.item_shape), np.float32)
        for row, image in zip(batch, items, strict=True):
            self._normalizer.write_planes(planes_in_order(image, self._spec.channels), row)
        return [int(index) for index in checked_run(self.engine, batch).argmax(axis=1)]
