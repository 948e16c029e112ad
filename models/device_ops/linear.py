"""Bilinear resizing of whole levels with the integer arithmetic of OpenCV's ``INTER_LINEAR``, so with its bytes.

Weights have 11 bits; sums along a row keep 7 bits behind the point and along a column 2, cut off. Rounding once at the
end instead gives a level more in one of eight pixels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

_ONE = 2048
"""Weight 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Along one axis, for each target pixel of each of N stretches: two source pixels and how they are weighed.

    Attributes:
        first, second: int64 (N, count), positions from the stretch's first pixel on.
        weight: int32 (N, count), of the second, out of 2048.
    """

    first: Tensor
    second: Tensor
    weight: Tensor

    @classmethod
    def of(cls, lengths: Tensor, targets: Tensor, count: int) -> "Neighbours":
        """Pixels have their centres in the middle; beyond the middles of the first and last nothing changes.

        Args:
            lengths: int64 (N,), source pixels.
            targets: int64 (N,), pixels that they are stretched to.
            count: target pixels that are wanted; those beyond ``targets`` are arbitrary.
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
    """Blend horizontal neighbours, whole levels; int32 with 7 bits behind the point."""
    return (first.int() * (_ONE - weight) + second.int() * weight) >> 4


def along_column(first: Tensor, second: Tensor, weight: Tensor) -> Tensor:
    """Blend what `along_row` gave of two rows: uint8."""
    blended = (first * (_ONE - weight) >> 16) + (second * weight >> 16)
    return ((blended + 2) >> 2).to(torch.uint8)
