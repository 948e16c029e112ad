"""The places of the single characters of a recognised line on its page.

CTC tells the position of each character along its line, with a precision of one step of the recogniser. A step is about
a sixth of the line's height. A character's cell ends in the middle between it and its neighbours, and it is never wider
than a square.
"""

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.document import TextLine
from models.ops.crop import locate_line

CharacterQuad: TypeAlias = tuple[float, float, float, float, float, float, float, float]
"""x and y of top-left, top-right, bottom-right and bottom-left, in page pixels."""

CharacterBox: TypeAlias = tuple[int, int, int, int]
"""left, top, width and height of an upright box, in whole page pixels."""

_ROUNDING = 1e-3
"""When a box grows to whole pixels, a smaller fraction of a pixel counts as a rounding error."""


def character_quads(line: TextLine) -> tuple[CharacterQuad, ...]:
    """The quad of each character of ``line.text``. It is a slice of the line, with the line's rotation.

    Characters that were read as one, such as the two halves of a flag, share a quad.
    """
    if not line.char_positions:
        return ()
    quad, vertical = _rectangle(line)
    # The characters run along these two edges, from 0 to 1.
    near, far = (quad[[0, 3]], quad[[1, 2]]) if vertical else (quad[[0, 1]], quad[[3, 2]])
    length, thickness = _sizes(near, far)
    spans = _spans(line.char_positions, thickness / length / 2 if length else 1.0)
    corners = [_vertical(near, far, span) if vertical else _horizontal(near, far, span) for span in spans]
    return tuple(_flat(each) for each in corners)


def character_boxes(line: TextLine) -> tuple[CharacterBox, ...]:
    """The smallest upright box around the quad of each character of ``line.text``."""
    return tuple(_box(quad) for quad in character_quads(line))


def _rectangle(line: TextLine) -> tuple[NDArray[np.float64], bool]:
    """The corners of a line, and whether its text runs along its left and right edges."""
    if line.direction is not None:
        return line.quad.astype(np.float64), line.direction in ("down", "up")
    # This is the recogniser's rectangle and not the quad itself: its corners tell the direction of reading.
    region = locate_line(line.quad)
    if region is None:
        return line.quad.astype(np.float64), False
    return region.corners.astype(np.float64), region.vertical


def _spans(positions: tuple[float, ...], reach: float) -> list[tuple[float, float]]:
    """The first and last point of each character's cell along the line, as fractions of its length.

    Args:
        positions: centres, in any order.
        reach: the greatest distance of a cell's ends from its centre.
    """
    centres = sorted(set(positions))
    middles = [(before + after) / 2 for before, after in pairwise(centres)]
    cells = {
        centre: (max(start, centre - reach, 0.0), min(end, centre + reach, 1.0))
        for centre, start, end in zip(centres, [0.0, *middles], [*middles, 1.0], strict=True)
    }
    return [cells[position] for position in positions]


def _sizes(near: NDArray[np.float64], far: NDArray[np.float64]) -> tuple[float, float]:
    """The length and thickness of a line, in pixels."""
    length = (np.linalg.norm(near[1] - near[0]) + np.linalg.norm(far[1] - far[0])) / 2
    thickness = (np.linalg.norm(far[0] - near[0]) + np.linalg.norm(far[1] - near[1])) / 2
    return float(length), float(thickness)


def _at(edge: NDArray[np.float64], fraction: float) -> NDArray[np.float64]:
    point: NDArray[np.float64] = edge[0] + (edge[1] - edge[0]) * fraction
    return point


def _horizontal(top: NDArray[np.float64], bottom: NDArray[np.float64], span: tuple[float, float]) -> list[float]:
    start, end = span
    return [*_at(top, start), *_at(top, end), *_at(bottom, end), *_at(bottom, start)]


def _vertical(left: NDArray[np.float64], right: NDArray[np.float64], span: tuple[float, float]) -> list[float]:
    start, end = span
    return [*_at(left, start), *_at(right, start), *_at(right, end), *_at(left, end)]


def _flat(corners: list[float]) -> CharacterQuad:
    x0, y0, x1, y1, x2, y2, x3, y3 = (float(value) for value in corners)
    return x0, y0, x1, y1, x2, y2, x3, y3


def _box(quad: CharacterQuad) -> CharacterBox:
    left, top = (int(np.floor(min(side) + _ROUNDING)) for side in (quad[::2], quad[1::2]))
    right, bottom = (int(np.ceil(max(side) - _ROUNDING)) for side in (quad[::2], quad[1::2]))
    return left, top, right - left, bottom - top
