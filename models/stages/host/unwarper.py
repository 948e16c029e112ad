"""The unwarping model on any engine."""

import numpy as np
from numpy.typing import NDArray

from models.document import Image
from models.errors import EngineFailure
from models.ops.normalize import Normalizer
from models.stages.base import EngineModel, checked_run
from models.stages.pages import PagePixels

_UNIT = Normalizer.from_mean_std((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 1 / 255)


class HostUnwarper(EngineModel):
    """See `models.stages.unwarping.Unwarper`."""

    def run(self, pages: list[PagePixels]) -> list[PagePixels]:
        """Unwarp pages of one size."""
        batch = np.stack([_UNIT.planes(page.image) for page in pages])
        output = checked_run(self.engine, batch)
        if output.shape != batch.shape:
            raise EngineFailure(f"The unwarping model gave {output.shape} for pages of {batch.shape}.")
        return [PagePixels(image_of_planes(planes)) for planes in output]


def image_of_planes(planes: NDArray[np.float32]) -> Image:
    """Convert float32 planes (3, H, W) in 0..1 to uint8 (H, W, 3), with channels in the same order.

    Fractions are cut off and not rounded, as in the reference. So an unchanged page may be one level darker in places.
    """
    levels = np.clip(planes * np.float32(255), 0, 255)
    return np.ascontiguousarray(levels.astype(np.uint8).transpose(1, 2, 0))
