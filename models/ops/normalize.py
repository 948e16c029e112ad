"""Converts uint8 pixels to the float32 planes that a model takes, with a table of 256 values for each channel.

The table is computed with the reference's own float32 arithmetic, so every element equals the reference's. A look-up
is several times faster than computing each pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image


@dataclass(frozen=True, slots=True)
class Normalizer:
    """A table for each channel.

    Attributes:
        tables: float32 (3, 256). Pixel value ``v`` of channel ``c`` becomes ``tables[c][v]``.
    """

    tables: NDArray[np.float32]

    @classmethod
    def from_mean_std(cls, mean: Sequence[float], std: Sequence[float], scale: float) -> "Normalizer":
        """Compute ``(v * scale - mean) / std`` as one product and one sum, as in the reference's detector."""
        values = np.arange(256, dtype=np.float32)
        rows = [values * np.float32(scale / s) + np.float32(-m / s) for m, s in zip(mean, std, strict=True)]
        return cls(np.stack(rows))

    @classmethod
    def signed_unit(cls) -> "Normalizer":
        """Compute ``(v / 255 - 0.5) / 0.5``, from -1 to 1, with the three roundings of the reference's recogniser."""
        values = (np.arange(256, dtype=np.float32) / 255 - np.float32(0.5)) / np.float32(0.5)
        return cls(np.stack([values] * 3))

    def write_planes(self, image: Image, out: NDArray[np.float32]) -> None:
        """Write ``image`` (H, W, 3) as planes to the top left of ``out`` (3, >= H, >= W). The rest stays as it is."""
        height, width = image.shape[:2]
        for channel, plane in enumerate(cv2.split(image)):
            out[channel, :height, :width] = cv2.LUT(plane, self.tables[channel])

    def planes(self, image: Image) -> NDArray[np.float32]:
        """The planes of an image (H, W, 3) in its channel order: float32 (3, H, W)."""
        out = np.empty((3, *image.shape[:2]), np.float32)
        self.write_planes(image, out)
        return out
