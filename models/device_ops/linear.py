"""Bilinear resizing of whole levels, with the integer arithmetic of OpenCV's ``INTER_LINEAR`` and so with its bytes.

Weights have 11 bits. Sums along a row keep 7 bits after the binary point, and sums along a column 2; the rest is cut
off. Rounding only once, at the end, gives a level more in one of eight pixels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

_ONE = 2048
"""The weight 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Two source pixels and their weights, for each target pixel along one axis of N stretches of pixels.

    Attributes:
        first, second: int64 (N, count), positions from the stretch's first pixel on.
        weight: int32 (N, count), of the second, out of 2048.
    """

    first: Tensor
    second: Tensor
    weight: Tensor

    @classmethod
    def of(cls, lengths: Tensor, targets: Tensor, count: int) -> "Neighbours":
        """Find the neighbours. Outside the centres of the first and the last pixel, the level is that of the pixel.

        Args:
            lengths: int64 (N,), source pixels.
            targets: int64 (N,), pixels that they are resized to.
            count: number of target pixels to find; those beyond ``targets`` are arbitrary.
        """
        steps = torch.arange(count, device=lengths.device, dtype=torch.float64) + 0.5
        positions = (steps * (lengths / targets.double())[:, None] - 0.5).float()
        floor = positions.floor()
        last = (lengths - 1)[:, None]
        first = floor.long()
        weight = torch.where((first < 0) | (first >= last), 0.0, positions - floor)
        first = torch.minimum(first.clamp(min=0), last)
        return cls(first, torch.minimum(first + 1, last), (weight * _ONE).round().int())


def along_row(first: Tensor, second: Tensor, weight: Tensor) -> Tensor:
    """Blend horizontal neighbours of whole levels: int32 with 7 bits after the binary point."""
    return (first.int() * (_ONE - weight) + second.int() * weight) >> 4


def along_column(first: Tensor, second: Tensor, weight: Tensor) -> Tensor:
    """Blend two rows that `along_row` made: uint8."""
    blended = (first * (_ONE - weight) >> 16) + (second * weight >> 16)
    return ((blended + 2) >> 2).to(torch.uint8)
