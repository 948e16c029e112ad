"""This says how alike two pictures look: structural similarity (Wang et al. 2004), Gaussian, 11 pixels, sigma 1.5."""

import cv2
import numpy as np
from numpy.typing import NDArray

WINDOW, SIGMA = (11, 11), 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def similarity(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Mean over two uint8 BGR pictures of one size, as grey; 1.0 is the same picture."""
    first, second = (cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float64) for image in (one, other))
    mean_1, mean_2 = _smooth(first), _smooth(second)
    variance_1, variance_2 = _smooth(first**2) - mean_1**2, _smooth(second**2) - mean_2**2
    covariance = _smooth(first * second) - mean_1 * mean_2
    luminance = (2 * mean_1 * mean_2 + C1) / (mean_1**2 + mean_2**2 + C1)
    return float(np.mean(luminance * (2 * covariance + C2) / (variance_1 + variance_2 + C2)))


def _smooth(image: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(image, WINDOW, SIGMA), np.float64)
