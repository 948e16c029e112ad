"""The text detector on any engine."""

import numpy as np
from numpy.typing import NDArray

from models.descriptions.model_directory import DetectionSpec
from models.document import Image
from models.engines.base import Engine
from models.ops.normalize import Normalizer
from models.ops.resize import resize_page
from models.stages.base import EngineModel, checked_run, planes_in_order
from models.stages.pages import PagePixels


class HostDetector(EngineModel):
    """See `models.stages.detection.Detector`."""

    def __init__(self, spec: DetectionSpec, engine: Engine) -> None:
        super().__init__(engine)
        self._channels = spec.channels
        self._normalizer = Normalizer.from_mean_std(spec.mean, spec.std, spec.scale)

    def prepare(self, page: PagePixels, shape: tuple[int, int]) -> Image:
        """The page at the detector's (height, width)."""
        return resize_page(page.image, shape)

    def run(self, items: list[Image]) -> list[NDArray[np.float32]]:
        """The probability maps of resized pages of one shape: float32 (H, W) each."""
        batch = np.stack([self._normalizer.planes(planes_in_order(page, self._channels)) for page in items])
        # These are copies, because the pool reads the maps while the engine runs the next page.
        return [np.array(maps[0]) for maps in checked_run(self.engine, batch)]
