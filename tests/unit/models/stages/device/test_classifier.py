"""Orientation of lines and pages on a device."""

import numpy as np
import pytest
import torch
from torch import Tensor

from models.descriptions.model_directory import ClassificationSpec
from models.ops.crop import LineRegion
from models.stages.base import CpuPool
from models.stages.classification import Classifier
from models.stages.device.classifier import DeviceClassifier
from tests.unit.models.stages.device.device_pages import PAGES, PLACE, UNIT, on_stage, picture
from tests.unit.models.stages.device.networks import Noting, model

LINES = ClassificationSpec("BGR", None, (160, 80), None, 1 / 255, UNIT, UNIT, ("0_degree", "180_degree"))
WHOLE = ClassificationSpec("BGR", 256, None, (224, 224), 1 / 255, UNIT, UNIT, ("0", "90", "180", "270"))


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
