"""Finds rules, the straight thin strokes of tables, by morphology on the binarised frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from models.document import Image
from models.layout.frame import Span

Mask = NDArray[np.uint8]
"""uint8 (H, W), 0 or 255."""

_CONTRAST = 14
"""Ink is darker than its surroundings by more than so many grey levels."""
_WINDOW = 25
"""The side of those surroundings, in pixels."""
_RUN_SHARE = 0.92
"""At least this share of every piece of a rule is ink: a few pixels may be missing."""
_THICKEST = 0.45
"""A rule is thinner than this share of a line's height. A filled bar is not a rule."""
_SHORTEST_ACROSS = 2.0
"""A horizontal rule is at least so long, in heights of a line."""
_SHORTEST_DOWN = 1.0
"""The same for a vertical rule."""
_MOST_WITHIN = 0.6
"""If more than this share of a stroke lies in a line of text, it is a part of its letters or underlines them."""
_MARGIN = 0.1
"""A detected box is higher than its letters, on either side by this share of its height at least."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One stroke.

    Attributes:
        at: the middle of its thickness: the y of a horizontal rule, the x of a vertical one.
        start: its first pixel along its direction.
        end: the pixel after its last.
    """

    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Rules:
    """All rules of a page.

    Attributes:
        across: pixels of horizontal rules.
        down: pixels of vertical rules.
    """

    across: Mask
    down: Mask

    @cached_property
    def horizontal(self) -> list[Rule]:
        """The horizontal rules, one by one."""
        return rule_list(self.across)

    @cached_property
    def vertical(self) -> list[Rule]:
        """The vertical rules, one by one."""
        return rule_list(np.ascontiguousarray(self.down.T))


def find_rules(picture: Image, spans: Sequence[Span], line_height: float) -> Rules:
    """Find the rules of a page.

    Args:
        picture: the page in its frame.
        spans: its lines. A stroke within one of them is a part of a letter, or underlines it.
        line_height: median height of a line, in pixels.
    """
    ink = _ink(picture)
    thickest = max(4, round(_THICKEST * line_height))
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    across = _strokes(
        _thin(ink, grey, (1, 2 * thickest + 1)), (max(12, round(_SHORTEST_ACROSS * line_height)), 1), thickest
    )
    down = _strokes(
        _thin(ink, grey, (2 * thickest + 1, 1)), (1, max(10, round(_SHORTEST_DOWN * line_height))), thickest
    )
    return Rules(_without_letters(across, spans), _without_letters(down, spans))


def rule_list(mask: Mask) -> list[Rule]:
    """The rules of a mask of horizontal rules. For vertical rules, transpose their mask first."""
    _, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [
        Rule(float(centre[1]), float(left), float(left + width))
        for (left, _, width, _, _), centre in zip(stats[1:].tolist(), centres[1:], strict=True)
    ]


def _ink(picture: Image) -> Mask:
    """Mark the pixels that are darker than their surroundings."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    surroundings = cv2.blur(grey, (_WINDOW, _WINDOW))
    _, ink = cv2.threshold(cv2.subtract(surroundings, grey), _CONTRAST, 255, cv2.THRESH_BINARY)
    return _mask(ink)


def _thin(ink: Mask, grey: Mask, window: tuple[int, int]) -> Mask:
    """The ink that is darker than what lies on both of its sides. The edge of a grey ground is not."""
    darker = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((window[1], window[0]), np.uint8))
    _, thin = cv2.threshold(darker, _CONTRAST, 255, cv2.THRESH_BINARY)
    return _mask(cv2.bitwise_and(ink, thin))


def _strokes(ink: Mask, run: tuple[int, int], thickest: int) -> Mask:
    """Find long, thin runs of ink. Small gaps are allowed.

    Args:
        ink: the ink of the page.
        run: width and height of the shortest run that counts; one of them is 1.
        thickest: the greatest thickness, in pixels.
    """
    across = run[1] == 1
    # A rule that is not quite straight moves to the next row now and then. Thickened, it stays one run.
    level = _dilated(ink, (1, 2) if across else (2, 1))
    runs = _mask(cv2.bitwise_and(_opened(level, run, _RUN_SHARE), _dilated(level, (3, 1) if across else (1, 3))))
    thick = _opened(runs, (1, thickest) if across else (thickest, 1), 1.0)
    return _mask(cv2.subtract(runs, thick))


def _dilated(mask: Mask, window: tuple[int, int]) -> Mask:
    return _mask(cv2.dilate(mask, np.ones((window[1], window[0]), np.uint8)))


def _mask(pixels: object) -> Mask:
    return np.asarray(pixels, np.uint8)


def _opened(mask: Mask, window: tuple[int, int], share: float) -> Mask:
    """Keep the pixels of every window of which at least ``share`` is set. The cost does not depend on its size."""
    _, full = cv2.threshold(cv2.boxFilter(mask, -1, window), 255 * share - 1, 255, cv2.THRESH_BINARY)
    _, grown = cv2.threshold(cv2.boxFilter(full, -1, window), 0, 255, cv2.THRESH_BINARY)
    return _mask(grown)


def _without_letters(mask: Mask, spans: Sequence[Span]) -> Mask:
    """Drop the strokes that lie mostly within one line of text. A stroke is thin, so its rectangle stands for it.

    A rule of a table may lie within several lines: their boxes touch where rows are near each other, and a box may hold
    the texts of two cells.
    """
    boxes = np.array(
        [(span.x0, span.y0 + _MARGIN * span.size, span.x1, span.y1 - _MARGIN * span.size) for span in spans]
    )
    if not len(boxes):
        return mask
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drop = [contour for contour in contours if _share_within(contour, boxes) > _MOST_WITHIN]
    return _mask(cv2.drawContours(mask, drop, -1, 0, cv2.FILLED))


def _share_within(contour: cv2.typing.MatLike, boxes: NDArray[np.float64]) -> float:
    """The share of a stroke's rectangle that lies in the box that holds most of it. ``boxes`` is float64 (N, 4)."""
    x, y, width, height = cv2.boundingRect(contour)
    across = np.minimum(boxes[:, 2], x + width) - np.maximum(boxes[:, 0], x)
    down = np.minimum(boxes[:, 3], y + height) - np.maximum(boxes[:, 1], y)
    return float((np.maximum(across, 0) * np.maximum(down, 0)).max() / (width * height))
