"""Pictures that the networks are given, cut from a page by NumPy and OpenCV."""

import random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.gpu.pages import slanted_line
from models.document import Image
from models.engines.torch.session import PADDING_LEVEL
from models.ops.crop import LineRegion, cut_line
from models.ops.resize import detection_shape, resize_line, resize_page

LINE_HEIGHT, LINE_WIDTH = 48, 320
"""Pixels that the recogniser is given of a line."""

TEXT_WIDTH = 283
"""Pixels of them that are the line's own; the others are padding."""

_LENGTH, _THICKNESS = 130, 22
"""Pixels of a line on the page: 283 wide when 48 high."""

_CORNER_HEIGHT, _CORNER_WIDTH = 200, 330
"""Pixels, no multiples of 32, so that the page is resized for the detector."""


def corner(page: Image) -> Image:
    """The top left part of a page, for a rehearsal."""
    return np.ascontiguousarray(page[:_CORNER_HEIGHT, :_CORNER_WIDTH])


def shape_seen(page: Image) -> tuple[int, int]:
    """Height and width in pixels that the detector would see a page at, with the server's own limits."""
    height, width = page.shape[:2]
    return detection_shape(height, width, 64, "min", 4000)


def detector_batch(page: Image) -> Tensor:
    """One page for the detector: uint8 (1, 3, H, W)."""
    return _planes(resize_page(page, shape_seen(page))[np.newaxis])


def line_places(page: Image, count: int) -> list[LineRegion]:
    """Slanted places anywhere on a page, the same ones at each call."""
    dice = random.Random(count)
    height, width = page.shape[:2]
    return [
        slanted_line(dice.uniform(0, width - _LENGTH), dice.uniform(5, height - 2 * _THICKNESS), _LENGTH, _THICKNESS)
        for _ in range(count)
    ]


def line_batch(page: Image, rows: int) -> Tensor:
    """Cut lines out of a page at `line_places`, for the recogniser: uint8 (rows, 3, 48, 320)."""
    batch = np.full((rows, LINE_HEIGHT, LINE_WIDTH, 3), PADDING_LEVEL, np.uint8)
    for row, place in zip(batch, line_places(page, rows), strict=True):
        row[:, :TEXT_WIDTH] = resize_line(cut_line(page, place), TEXT_WIDTH, LINE_HEIGHT)
    return _planes(batch)


def _planes(images: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) to (N, 3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
