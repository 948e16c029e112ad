"""Filters a layout model's boxes: drops unsure boxes, duplicates, and pictures that cover the whole page.

The rules and numbers are the reference's (PaddleX 3.7, post-processing of layout detection), with one exception: a box
inside a larger box of its own kind, or inside a picture or table, is always dropped. Regions hold lines here, and a
line has one region.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.layout.regions import Region

Boxes = NDArray[np.float32]
"""float32 (N, 6): class, score, x0, y0, x1, y1 in page pixels."""

_SAME_CLASS_IOU = 0.6
_OTHER_CLASS_IOU = 0.98
_INSIDE = 0.9
"""A box is inside another one if the other covers this share of it."""
_WHOLE_PAGE_WIDE = 0.82
_WHOLE_PAGE_HIGH = 0.93
"""A picture that covers more than this share of a landscape or portrait page is the page's background."""


def regions_of(
    boxes: Boxes, labels: Sequence[str], page_size: tuple[int, int], thresholds: float | Mapping[int, float]
) -> tuple[Region, ...]:
    """Make regions from a model's boxes, in descending order of score.

    Args:
        boxes: the boxes that the model found.
        labels: name of each class. Boxes of other classes are left out.
        page_size: height and width in pixels.
        thresholds: least score of any box, or of each class; 0.5 for a class that is not named.
    """
    kept = _apart(_sure(boxes, len(labels), thresholds))
    height, width = page_size
    found = [
        Region(
            labels[int(row[0])], row[1], (max(0.0, row[2]), max(0.0, row[3]), min(width, row[4]), min(height, row[5]))
        )
        for row in kept.tolist()
    ]
    regions = [region for region in found if region.box[0] < region.box[2] and region.box[1] < region.box[3]]
    return tuple(_outermost([region for region in regions if not _is_background(region, height, width)]))


def _sure(boxes: Boxes, classes: int, thresholds: float | Mapping[int, float]) -> Boxes:
    """The rows of a known class with a score above its threshold, in descending order of score."""
    known = boxes[(boxes[:, 0] >= 0) & (boxes[:, 0] < classes)]
    if isinstance(thresholds, Mapping):
        least = np.array([thresholds.get(int(index), 0.5) for index in known[:, 0]], np.float32)
    else:
        least = np.full(len(known), thresholds, np.float32)
    sure = known[known[:, 1] > least]
    return sure[np.argsort(-sure[:, 1], kind="stable")]


def _apart(boxes: Boxes) -> Boxes:
    """Apply non-maximum suppression, with one limit within a class and another between classes."""
    kept: list[int] = []
    for index in range(len(boxes)):
        limits = [_SAME_CLASS_IOU if boxes[other, 0] == boxes[index, 0] else _OTHER_CLASS_IOU for other in kept]
        if all(_iou(boxes[index, 2:], boxes[other, 2:]) < limit for other, limit in zip(kept, limits, strict=True)):
            kept.append(index)
    return boxes[kept]


def _iou(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """The intersection over union of whole pixels. Both ends count, as in the reference."""
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    shared = float(np.prod(np.maximum(high - low + 1, 0)))
    areas = float(np.prod(first[2:] - first[:2] + 1) + np.prod(second[2:] - second[:2] + 1))
    return shared / (areas - shared)


def _is_background(region: Region, height: int, width: int) -> bool:
    most = _WHOLE_PAGE_WIDE if width > height else _WHOLE_PAGE_HIGH
    return region.kind == "image" and _area(region) > most * height * width


def _outermost(regions: Sequence[Region]) -> list[Region]:
    """Leave out regions that lie inside a larger region of their kind, or inside a picture or a table."""
    return [
        region
        for region in regions
        if not any(
            _area(other) > _area(region)
            and (other.kind == region.kind or other.kind in ("image", "table"))
            and covered(region.box, other.box) >= _INSIDE
            for other in regions
        )
    ]


def covered(inner: tuple[float, float, float, float], outer: tuple[float, float, float, float]) -> float:
    """The share of a rectangle that another one covers, 0..1."""
    across = min(inner[2], outer[2]) - max(inner[0], outer[0])
    down = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return across * down / area if across > 0 and down > 0 and area > 0 else 0.0


def _area(region: Region) -> float:
    x0, y0, x1, y1 = region.box
    return (x1 - x0) * (y1 - y0)
