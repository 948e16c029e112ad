"""Finds text boxes in a probability map: the post-processing of Differentiable Binarization.

Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", https://arxiv.org/abs/1911.08947. The
steps and their rounding are the reference's, because every pixel of a box changes the crop that is read.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import pyclipper
from numpy.typing import NDArray

from models.document import Quad, TextBox
from models.ops.geometry import min_area_quad

MIN_SIDE = 3
"""A region with a shorter side, in pixels of the map, is noise. After unclipping, the limit is two pixels higher."""


@dataclass(frozen=True, slots=True)
class DbOptions:
    """Thresholds of one request.

    Attributes:
        thresh: map value above which a pixel is text.
        box_thresh: least mean map value inside a box.
        unclip_ratio: r in the paper's offset D = A * r / L (area, perimeter).
        max_candidates: only so many regions are considered, in the order in which they are found.
    """

    thresh: float
    box_thresh: float
    unclip_ratio: float
    max_candidates: int = 1000


def find_boxes(probability: NDArray[np.float32], page_size: tuple[int, int], options: DbOptions) -> list[TextBox]:
    """Find the text boxes of one page.

    Args:
        probability: float32 (H, W), text probability for each pixel of the detector's input.
        page_size: (height, width) of the page that the boxes are scaled to.
        options: thresholds.

    Returns:
        Boxes in the order in which their contours are found. Their corners are clipped to the page.
    """
    bitmap = (probability > options.thresh).astype(np.uint8)
    contours, _ = cv2.findContours(bitmap, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale_x, scale_y = page_size[1] / probability.shape[1], page_size[0] / probability.shape[0]
    farthest = 2.0 * sum(probability.shape)
    boxes = []
    for contour in contours[: options.max_candidates]:
        quad, side = min_area_quad(np.asarray(contour, np.int32))
        if side < MIN_SIDE:
            continue
        score = _mean_inside(probability, quad)
        if score < options.box_thresh:
            continue
        outline = _unclip(quad, options.unclip_ratio, farthest)
        if not len(outline):
            continue
        grown, side = min_area_quad(outline)
        if side < MIN_SIDE + 2:
            continue
        boxes.append(TextBox(_to_page(grown, scale_x, scale_y, page_size), score))
    return boxes


def _mean_inside(probability: NDArray[np.float32], quad: NDArray[np.float32]) -> float:
    """The mean probability inside a quad, within the map. The quad's corners are cut to whole pixels."""
    height, width = probability.shape
    left, right = _span(quad[:, 0], width)
    top, bottom = _span(quad[:, 1], height)
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    corners = (quad - np.array([left, top], np.float32)).astype(np.int32)
    cv2.fillPoly(mask, [corners], (1,))
    return float(cv2.mean(probability[top : bottom + 1, left : right + 1], mask)[0])


def _span(values: NDArray[np.float32], length: int) -> tuple[int, int]:
    first = max(0, min(math.floor(values.min()), length - 1))
    last = max(0, min(math.ceil(values.max()), length - 1))
    return first, last


def _unclip(quad: NDArray[np.float32], ratio: float, farthest: float) -> NDArray[np.int32]:
    """Grow a quad on all sides, with round corners. This undoes the shrinking of the training.

    Args:
        quad: float32 (4, 2).
        ratio: the unclip ratio.
        farthest: the greatest distance that a side is moved. The points of the rounded corners become more with the
            distance. A distance beyond the map changes nothing, but it could cost minutes.

    Returns:
        int32 (N, 1, 2); empty if the quad has no area after its corners are cut to whole pixels.
    """
    distance = min(cv2.contourArea(quad) * ratio / cv2.arcLength(quad, closed=True), farthest)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(quad, pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    outlines = offset.Execute(distance)
    return np.asarray(outlines[0] if outlines else [], np.int32).reshape(-1, 1, 2)


def _to_page(quad: NDArray[np.float32], scale_x: float, scale_y: float, page_size: tuple[int, int]) -> Quad:
    """Scale map coordinates to the page, round them half to even, and clip them to the page, both ends included."""
    scaled = np.rint(quad.astype(np.float64) * np.array([scale_x, scale_y]))
    return np.asarray(np.clip(scaled, 0, np.array([page_size[1], page_size[0]])), np.int32)
