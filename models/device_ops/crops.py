"""Cuts lines out of pages and resizes them to a model's height, all lines of a batch together.

There are two steps, as in `models.ops.crop` and `models.ops.resize`: bicubic sampling at the crop's own size, rounded
to whole levels, and then bilinear resizing. Sampling at the model's height at once changes eight times as many
characters.

Crops have different sizes, so the first step works on one row with the pixels of all crops. They are numbered as they
lie in the rotated crop. A rotation only permutes the corners of the rectangle, so no pixel is moved for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.device_ops.linear import Neighbours, along_column, along_row
from models.device_ops.transfer import to_device
from models.ops.crop import LineRegion

_SUBPIXELS = 32.0
"""Positions are rounded to 32nds of a pixel, as OpenCV 4 rounds them."""

_BAND_PIXELS = 1 << 22
"""Crop pixels that are sampled at a time. Their tables and samples take about 150 bytes a pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class LineCut:
    """One line of one page, and the width that it is resized to.

    Attributes:
        page: float32 (3, H, W), levels 0..255, on the device; the same tensor for all lines of a page.
        region: the place of the line.
        width: in pixels, at the model's height.
    """

    page: Tensor
    region: LineRegion
    width: int


def cut_lines(cuts: Sequence[LineCut], shape: tuple[int, int, int], blank: int) -> Tensor:
    """Cut lines out of their pages and resize them into one batch, each at the left of its row.

    Args:
        cuts: at least one. Lines of one page are sampled together if they follow each other here.
        shape: rows, height and width of the batch; at least as many rows as lines.
        blank: level of the pixels right of a line, and of rows without a line.

    Returns:
        uint8 (rows, 3, height, width).
    """
    device = cuts[0].page.device
    rows, height, width = shape
    starts = [0, *accumulate(cut.region.width * cut.region.height for cut in cuts)]
    lines = _Lines.on(device, cuts, starts)
    bands = [_sample(page, lines, band) for page, band in _bands(cuts, starts)]
    batch = torch.full((rows, 3, height, width), blank, dtype=torch.uint8, device=device)
    resized = _resize(torch.cat(bands, dim=1), lines, height, width)
    inside = torch.arange(width, device=device) < lines.targets[:, None]
    batch[: len(cuts)] = torch.where(inside[:, None, None, :], resized, batch[: len(cuts)])
    return batch


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """N lines, as tensors on the device.

    Attributes:
        positions: float32 (N, 7): x and y of the first pixel in its page, their steps from column to column, their
            steps from row to row, and 1 where the first row and column are black.
        starts: int64 (N,), number of the first pixel.
        heights, widths: int64 (N,), of the crop.
        targets: int64 (N,), width that the crop is resized to.
    """

    positions: Tensor
    starts: Tensor
    heights: Tensor
    widths: Tensor
    targets: Tensor

    @classmethod
    def on(cls, device: torch.device, cuts: Sequence[LineCut], starts: Sequence[int]) -> "_Lines":
        positions = _positions([cut.region for cut in cuts])
        whole = [(start, *cut.region.crop_size, cut.width) for start, cut in zip(starts, cuts, strict=False)]
        return cls(to_device(positions, device), *to_device(np.array(whole, np.int64).T, device))


def _positions(regions: Sequence[LineRegion]) -> NDArray[np.float32]:
    """The `_Lines.positions` of all regions. Their corners form parallelograms, so steps are constant."""
    corners = np.stack([region.corners for region in regions]).astype(np.float64)
    pixels = np.array([(region.width, region.height, *region.crop_size) for region in regions], np.float64)
    width, height, crop_height, crop_width = pixels.T[:, :, np.newaxis]
    first, column = corners[:, 0], (corners[:, 1] - corners[:, 0]) / width
    row = (corners[:, 3] - corners[:, 0]) / height
    # Rotated counter-clockwise, the first row of the crop is the last column of the rectangle.
    vertical = np.array([[region.vertical] for region in regions])
    first = np.where(vertical, first + column * (width - 1), first)
    column, row = np.where(vertical, row, column), np.where(vertical, -column, row)
    # The reference's rotation by 180 degrees is moved by one pixel, see `models.ops.rotate`.
    upside_down = np.array([[region.upside_down] for region in regions])
    first = np.where(upside_down, first + column * crop_width + row * crop_height, first)
    column, row = np.where(upside_down, -column, column), np.where(upside_down, -row, row)
    return np.concatenate([first, column, row, upside_down], axis=1, dtype=np.float32)


def _bands(cuts: Sequence[LineCut], starts: Sequence[int]) -> Iterator[tuple[Tensor, range]]:
    """Divide the row of pixels into bands that are sampled together. A band has pixels of one page, up to a limit."""
    for _, group in groupby(range(len(cuts)), key=lambda number: id(cuts[number].page)):
        numbers = list(group)
        start, end = starts[numbers[0]], starts[numbers[-1] + 1]
        for first, last in pairwise([*range(start, end, _BAND_PIXELS), end]):
            yield cuts[numbers[0]].page, range(first, last)


def _sample(page: Tensor, lines: _Lines, band: range) -> Tensor:
    """The levels of a band of P pixels: uint8 (3, P)."""
    pixels = torch.arange(band.start, band.stop, device=page.device)
    line = torch.bucketize(pixels, lines.starts, right=True) - 1
    inner = pixels - lines.starts[line]
    widths = lines.widths[line]
    row, column = inner // widths, inner % widths
    first_x, first_y, column_x, column_y, row_x, row_y, bordered = lines.positions[line].unbind(1)
    x = _in_subpixels(first_x + column * column_x + row * row_x)
    y = _in_subpixels(first_y + column * column_y + row * row_y)
    height, width = page.shape[1:]
    # -1 and 1 are the outer edges of the page's first and last pixels.
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], dim=1)
    sampled = functional.grid_sample(
        page[None], grid[None, None], mode="bicubic", padding_mode="border", align_corners=False
    )
    black = (bordered > 0) & ((row == 0) | (column == 0))
    return torch.where(black, 0.0, sampled[0, :, 0].clamp(0, 255) + 0.5).to(torch.uint8)


def _in_subpixels(position: Tensor) -> Tensor:
    return (position * _SUBPIXELS).round() / _SUBPIXELS


def _resize(crops: Tensor, lines: _Lines, height: int, width: int) -> Tensor:
    """Do the second step: uint8 (N, 3, height, width), each crop at its own width. Pixels beyond it are arbitrary."""
    down = Neighbours.of(lines.heights, torch.full_like(lines.targets, height), height)
    across = Neighbours.of(lines.widths, lines.targets, width)
    left, right, weight = across.first[:, None], across.second[:, None], across.weight[:, None]
    begin, widths = lines.starts[:, None, None], lines.widths[:, None, None]
    upper, lower = (
        along_row(crops[:, row + left], crops[:, row + right], weight)
        for row in (begin + rows[:, :, None] * widths for rows in (down.first, down.second))
    )
    return along_column(upper, lower, down.weight[:, :, None]).transpose(0, 1)
