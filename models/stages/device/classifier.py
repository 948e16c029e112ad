"""An image classifier on the device of its pages."""

from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from models.descriptions.model_directory import ClassificationSpec
from models.device_ops.crops import LineCut, cut_lines
from models.device_ops.pages import centre_of_short_side, resized
from models.engines.base import BatchShape
from models.engines.torch.graphs import Tensors
from models.engines.torch.session import PADDING_LEVEL, TorchModel
from models.errors import InvalidModelDirectory
from models.ops.crop import LineRegion
from models.ops.resize import fitted_width
from models.stages.base import refuse_nonsense
from models.stages.device.lane_model import LaneModel, Placement, Warm, nothing
from models.stages.device.pages import on_device
from models.stages.pages import PagePixels

IMAGE_BATCHES = {"cpu": (1, 2, 4), "cuda": (1, 4, 16, 64)}
"""The numbers of images that run together."""

ImageInput: TypeAlias = LineCut | Tensor
"""A line, or a whole page: float32 (3, H, W)."""


class DeviceClassifier(LaneModel):
    """See `models.stages.classification.ImageClassifier`."""

    def __init__(self, spec: ClassificationSpec, model: TorchModel, placement: Placement, warm: Warm = nothing) -> None:
        sizes = IMAGE_BATCHES[model.lane.device.type]
        super().__init__(model, placement, sizes, warm)
        self.most_images = sizes[-1]
        self._spec = spec

    def prepare(self, page: PagePixels, region: LineRegion | None) -> ImageInput:
        """Name the line or the page. Its pixels are not touched before the lane runs the batch."""
        if region is None:
            return on_device(page)
        _, _, width = self._spec.item_shape
        if self._spec.keeps_ratio and self._spec.size is not None:
            width = fitted_width(*region.crop_size, self._spec.size)
        return LineCut(on_device(page), region, width)

    def run(self, items: list[ImageInput]) -> list[int]:
        """The index of the most probable class of each item."""

        def classify(model: TorchModel) -> Tensors:
            (logits,) = model(self._batch(items))
            return (logits[: len(items)],)

        ((logits,),) = self.run_on_lane([classify])
        refuse_nonsense(self, logits)
        return [int(index) for index in logits.argmax(axis=1)]

    def _batch(self, items: list[ImageInput]) -> Tensor:
        _, height, width = self._spec.item_shape
        rows = next(size for size in self.batch_sizes if size >= len(items))
        lines = [item for item in items if isinstance(item, LineCut)]
        if len(lines) == len(items):
            return cut_lines(lines, (rows, height, width), PADDING_LEVEL)
        pages = torch.stack([self._page(item) for item in items if isinstance(item, Tensor)])
        return functional.pad(pages, (0, 0, 0, 0, 0, 0, 0, rows - len(items)))

    def _page(self, page: Tensor) -> Tensor:
        if self._spec.size is not None:
            width, height = self._spec.size
            own = fitted_width(page.shape[1], page.shape[2], self._spec.size) if self._spec.keeps_ratio else width
            return functional.pad(resized(page, (height, own)), (0, width - own), value=PADDING_LEVEL)
        if self._spec.resize_short is not None and self._spec.crop is not None:
            return centre_of_short_side(page, self._spec.resize_short, self._spec.crop[0])
        raise InvalidModelDirectory("A classifier needs a fixed input size: `size`, or `resize_short` with a crop.")


def image_shapes(spec: ClassificationSpec, kind: str) -> tuple[BatchShape, ...]:
    """All batch shapes on a ``torch.device`` of a type."""
    return tuple((images, *spec.item_shape) for images in IMAGE_BATCHES[kind])
