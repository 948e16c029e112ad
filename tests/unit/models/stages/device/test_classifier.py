"""Orientation of lines and pages on a device."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from models.descriptions.model_directory import ClassificationSpec
from models.engines.torch.session import PADDING_LEVEL
from models.ops.crop import LineRegion
from models.stages.base import CpuPool
from models.stages.classification import Classifier
from models.stages.device.classifier import DeviceClassifier
from tests.unit.models.stages.device.device_pages import PAGES, PLACE, UNIT, on_stage, picture
from tests.unit.models.stages.device.networks import Noting, model

LINES = ClassificationSpec("BGR", None, (160, 80), None, 1 / 255, UNIT, UNIT, ("0_degree", "180_degree"))
WHOLE = ClassificationSpec("BGR", 256, None, (224, 224), 1 / 255, UNIT, UNIT, ("0", "90", "180", "270"))


KEEPING = replace(LINES, size=(192, 48), keeps_ratio=True)
CORNERS = np.array([[0, 0], [200, 0], [200, 100], [0, 100]], np.float32)


def brightest_half(batch: Tensor) -> tuple[Tensor, ...]:
    """Class 1 where the lower half of an image is brighter."""
    half = batch.shape[2] // 2
    upper, lower = (part.float().mean((1, 2, 3)) for part in (batch[:, :, :half], batch[:, :, half:]))
    return (torch.stack([upper, lower], dim=1),)


@pytest.mark.parametrize("spec", [LINES, WHOLE], ids=["lines", "pages"])
def test_lines_and_pages_are_classified_at_the_size_of_the_model(spec: ClassificationSpec, pool: CpuPool) -> None:
    network = Noting(brightest_half)
    stage = Classifier("orientation", spec, [DeviceClassifier(spec, model(network), PLACE)], pool)
    image = picture(0, 300, 400)
    image[150:] = 255
    page = PAGES.take(image)
    upright = np.array([[0, 100], [200, 100], [200, 200], [0, 200]], np.float32)
    regions = [LineRegion(upright, 200, 100), LineRegion(upright, 200, 100, upside_down=True)]
    views = [None, None, None] if spec is WHOLE else [*regions, regions[0]]
    (classes,) = on_stage(stage, lambda: stage.classify(page, views))
    assert classes == ([1, 1, 1] if spec is WHOLE else [1, 0, 1])
    assert network.shapes == [(4, *spec.item_shape)]


@pytest.mark.parametrize(("region", "width"), [(LineRegion(CORNERS, 200, 100), 96), (None, 64)], ids=["line", "page"])
def test_what_keeps_its_ratio_has_grey_beside_it(region: LineRegion | None, width: int, pool: CpuPool) -> None:
    network = Noting(brightest_half)
    stage = Classifier("orientation", KEEPING, [DeviceClassifier(KEEPING, model(network), PLACE)], pool)
    on_stage(stage, lambda: stage.classify(PAGES.take(picture(255, 300, 400)), [region]))
    (batch,) = network.batches
    assert batch.shape[2:] == (48, 192)
    assert (batch[0, :, :, :width] == 255).all()
    assert (batch[0, :, :, width:] == PADDING_LEVEL).all()
