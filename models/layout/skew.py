"""Measures the skew that is left in a page's frame, from its ink. The corners of boxes are whole pixels, and tell less.

The ink of level lines begins and ends sharply along y, and that of columns along x. So the angle is right at which the
profiles of the page along both have the steepest edges (projection profiles, Postl, 1986).
"""

import numpy as np
from numpy.typing import NDArray

from models.layout.rivers import Mask

_MOST = 0.6
"""Angles up to so many degrees are tried."""
_STEP = 0.05
"""The distance of neighbouring angles, in degrees. Over a page of 2000 pixels, it is less than two pixels."""
_FEWEST = 2000
"""Less ink tells nothing."""
_SAMPLE = 60_000
"""So many pixels of ink are looked at."""
_COLUMNS = 2.0
"""Columns count more than lines: those of two columns side by side may be level at an angle that is not the page's."""
_CLEARLY = 1.03
"""An angle is taken if its edges are steeper than those of the frame as it is, by this factor."""


def residual_skew(ink: Mask) -> float:
    """Measure the skew of a page in degrees, positive if lines run down to the right; 0.0 if the ink does not tell it.

    Args:
        ink: of the page, as upright as it is known to be.
    """
    y, x = np.nonzero(ink)
    if y.size < _FEWEST:
        return 0.0
    step = max(1, y.size // _SAMPLE)
    y, x = y[::step].astype(np.float32), x[::step].astype(np.float32)
    angles = np.arange(-_MOST, _MOST + _STEP / 2, _STEP)
    # The offset keeps all places positive.
    slopes = np.tan(np.radians(angles)).astype(np.float32)
    offset = np.float32(max(ink.shape) * np.tan(np.radians(_MOST)) + 1)
    across = np.array([_steepness(y - x * slope + offset) for slope in slopes])
    down = np.array([_steepness(x + y * slope + offset) for slope in slopes])
    steepness = across / across.max() + _COLUMNS * down / down.max()
    best = int(np.argmax(steepness))
    level = steepness[len(angles) // 2]
    return float(round(angles[best], 3)) if steepness[best] > _CLEARLY * level else 0.0


def _steepness(places: NDArray[np.float32]) -> float:
    profile = np.bincount(places.astype(np.intp)).astype(np.float64)
    return float((np.diff(profile) ** 2).sum())
