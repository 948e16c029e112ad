"""uint8 pixels to the float32 planes that a model takes, through a table of its 256 possible values a channel.

The table is computed with the reference's own float32 arithmetic, so every element equals the reference's, and looking
it up is several times faster than computing it for each pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image


@dataclass(frozen=True, slots=True)
class Normalizer:
    """A per-channel table: ``tables[c][v]`` is what pixel value ``v`` of channel ``c`` becomes. float32 (3, 256)."""

    tables: NDArray[np.float32]

    @classmethod
    def from_mean_std(cls, mean: Sequence[float], std: Sequence[float], scale: float) -> "Normalizer":
        """Compute ``(v * scale - mean) / std`` as one product and one sum, like the reference's detector."""
        values = np.arange(256, dtype=np.float32)
        rows = [values * np.float32(scale / s) + np.float32(-m / s) for m, s in zip(mean, std, strict=True)]
        return cls(np.stack(rows))

    @classmethod
    def signed_unit(cls) -> "Normalizer":
        """V / 255, minus 0.5, divided by 0.5: -1 to 1, in the three roundings of the reference's recogniser."""
        values = (np.arange(256, dtype=np.float32) / 255 - np.float32(0.5)) / np.float32(0.5)
        return cls(np.stack([values] * 3))

    def write_planes(self, image: Image, out: NDArray[np.float32]) -> None:
        """Write ``image`` (H, W, 3) as planes into ``out`` (3, >= H, >= W), top-left; the rest stays as it is."""
        height, width = image.shape[:2]
        for channel, plane in enumerate(cv2.split(image)):
            out[channel, :height, :width] = cv2.LUT(plane, self.tables[channel])

    def planes(self, image: Image) -> NDArray[np.float32]:
        """float32 (3, H, W) of an image (H, W, 3), in its channel order."""
        out = np.empty((3, *image.shape[:2]), np.float32)
        self.write_planes(image, out)
        return out
