"""Rectangles around points. Nothing here depends on the corner that OpenCV starts with."""

import cv2
import numpy as np
from numpy.typing import NDArray


def min_area_quad(points: NDArray[np.float32] | NDArray[np.int32]) -> tuple[NDArray[np.float32], float]:
    """The smallest rectangle around points, at any angle.

    Args:
        points: (N, 2) or (N, 1, 2), float32 or int32.

    Returns:
        Its corners as float32 (4, 2) - top-left, top-right, bottom-right, bottom-left - and its shorter side in pixels.
    """
    rectangle = cv2.minAreaRect(points)
    return order_corners(np.asarray(cv2.boxPoints(rectangle), np.float32)), min(rectangle[1])


def order_corners(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sort four corners (4, 2) to top-left, top-right, bottom-right, bottom-left.

    The two leftmost corners are the left edge, the other two the right edge. Within an edge, the higher one is the top.
    Corners with equal x keep their order. So the result for a square that stands on a corner depends on the input.
    """
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    top_left, bottom_left = by_x[[0, 1]] if by_x[1, 1] > by_x[0, 1] else by_x[[1, 0]]
    top_right, bottom_right = by_x[[2, 3]] if by_x[3, 1] > by_x[2, 1] else by_x[[3, 2]]
    return np.stack([top_left, top_right, bottom_right, bottom_left])
