"""Opens the models of a pipeline on one device. Each lane has a stream of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod

import torch

from models.descriptions.model_directory import ModelDirectory
from models.engines.base import BatchShape, EngineOptions, Precision
from models.engines.torch.compile import kernel_directory
from models.engines.torch.device import choose_dtype, device_title, open_device
from models.engines.torch.lane import open_lane
from models.engines.torch.session import (
    Form,
    TorchModel,
    open_classifier,
    open_detector,
    open_recogniser,
    open_unwarping,
)
from models.errors import EngineUnavailable
from models.stages.device.classifier import DeviceClassifier, image_shapes
from models.stages.device.detector import DeviceDetector
from models.stages.device.lane_model import Placement, Warm
from models.stages.device.line_reader import DeviceLineReader, line_shapes
from models.stages.device.pages import DevicePages
from models.stages.device.unwarper import DeviceUnwarper

LANES = {"cpu": 1, "cuda": 2}
"""The lanes of the detector and of a recogniser. While one lane reads its output, the other's work is queued."""

WARM_UP = {"cpu": (), "cuda": ((1, 3, 1280, 896), (2, 3, 1280, 896))}
"""Blank batches that a detector runs before its first request. A compiler makes different code for one page and for
several. From a square page it would conclude that all pages are square."""


@dataclass(frozen=True, slots=True)
class DeviceModels:
    """Opens the models of a pipeline on one device.

    Attributes:
        pages: brings pages to the device.
    """

    pages: DevicePages
    _device: torch.device
    _options: EngineOptions

    @classmethod
    def on(cls, options: EngineOptions) -> "DeviceModels":
        """Open a device.

        Raises:
            EngineUnavailable: the device cannot be used. No other device is taken instead.
        """
        if options.tensorrt:
            raise EngineUnavailable("Engine 'torch' has no TensorRT; set engine.tensorrt to false.")
        device = open_device(options.device, options.memory_share)
        return cls(DevicePages(open_lane(device)), device, options)

    def detectors(self, directory: ModelDirectory, precision: Precision) -> list[DeviceDetector]:
        """The text detector, opened once for each lane. Its lanes are warmed up in their own threads.

        Raises, like the other methods, the errors of `models.engines.torch.session.open_detector`, and
        `EngineUnavailable` if the precision is not available.
        """
        form = self._form(precision)
        models = self._on_lanes(open_detector(directory, open_lane(self._device), form))

        def warm(model: TorchModel) -> None:
            model.warm_up(WARM_UP[self._device.type])

        return [DeviceDetector(model, self._placement(form.dtype), warm) for model in models]

    def line_readers(
        self, directory: ModelDirectory, precision: Precision, *, on_ladder: bool
    ) -> list[DeviceLineReader]:
        """A recogniser, opened once for each lane. ``on_ladder``: all padded widths are on the ladder.

        Then each lane captures the graphs of all shapes in its own thread.
        """
        spec = directory.recognition()
        form = self._form(precision)
        models = self._on_lanes(open_recogniser(directory, open_lane(self._device), form))
        warm = _capturing(line_shapes(spec, self._device.type) if on_ladder else ())
        return [DeviceLineReader(spec, model, self._placement(form.dtype), warm) for model in models]

    def classifiers(self, directory: ModelDirectory, precision: Precision) -> list[DeviceClassifier]:
        """An image classifier."""
        spec = directory.classification()
        form = self._form(precision)
        model = open_classifier(directory, open_lane(self._device), form)
        warm = _capturing(image_shapes(spec, self._device.type))
        return [DeviceClassifier(spec, model, self._placement(form.dtype), warm)]

    def unwarpers(self, directory: ModelDirectory) -> list[DeviceUnwarper]:
        """The unwarping model."""
        model = open_unwarping(directory, open_lane(self._device))
        return [DeviceUnwarper(model, self._placement(torch.float32))]

    def _on_lanes(self, first: TorchModel) -> list[TorchModel]:
        return [first, *(first.on(open_lane(self._device)) for _ in range(LANES[self._device.type] - 1))]

    def _form(self, precision: Precision) -> Form:
        options = replace(self._options, precision=precision)
        return Form(choose_dtype(options), kernel_directory(options))

    def _placement(self, dtype: torch.dtype) -> Placement:
        title = device_title(self._device, dtype)
        if self._device.type != "cpu":
            return Placement(title)
        return Placement(title, self._options.threads, self._options.permit)


def _capturing(shapes: Iterable[BatchShape]) -> Warm:
    """Captures the graphs of these shapes. The largest comes first, so that the others share its memory."""
    ordered = sorted(shapes, key=prod, reverse=True)
    return lambda model: model.prepare(ordered)
