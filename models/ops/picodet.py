"""Decodes the output of a PicoDet model without its last step: scores and side distances for each feature map.

Generalized Focal Loss (https://arxiv.org/abs/2006.04388, section 3.2): the model gives the distance from a cell's
centre to each side of the box as a distribution over 0..n strides. Its mean is the distance.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STRIDES = (8, 16, 32, 64)
"""Input pixels per cell, for each feature map."""
_WORTH_READING = 0.1
"""Cells with a lower best score are below any threshold in use."""


def decode_head(
    scores: Sequence[NDArray[np.float32]], distances: Sequence[NDArray[np.float32]], size: tuple[int, int]
) -> NDArray[np.float32]:
    """The boxes of one page, before any suppression.

    Args:
        scores: float32 (cells, classes) for each feature map.
        distances: float32 (cells, 4 * bins) for each feature map, before their softmax.
        size: height and width of the model's input.

    Returns:
        float32 (N, 6): class, score, x0, y0, x1, y1 in input pixels.
    """
    rows = [
        _decode_map(score, distance, stride, -(-size[1] // stride))
        for score, distance, stride in zip(scores, distances, STRIDES, strict=True)
    ]
    return np.concatenate(rows)


def _decode_map(
    scores: NDArray[np.float32], distances: NDArray[np.float32], stride: int, columns: int
) -> NDArray[np.float32]:
    best = scores.max(axis=1)
    cells = np.flatnonzero(best > _WORTH_READING)
    bins = distances[cells].reshape(len(cells), 4, distances.shape[1] // 4)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    steps = np.arange(bins.shape[2], dtype=np.float32)
    sides = (weights * steps).sum(axis=2) / weights.sum(axis=2) * stride
    x, y = (cells % columns + 0.5) * stride, (cells // columns + 0.5) * stride
    box = np.stack([x - sides[:, 0], y - sides[:, 1], x + sides[:, 2], y + sides[:, 3]], axis=1)
    labels = scores[cells].argmax(axis=1)
    return np.column_stack([labels, best[cells], box]).astype(np.float32)
