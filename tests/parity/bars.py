"""Parity must reach these: nearly everything with the reference's OpenCV; other versions find other corners."""

import cv2

from tests.parity.compare import Figures

REFERENCE_OPENCV = "4.10.0"
EXACT, SHIPPED_TEXTS = 0.999, 0.98
SCORE_DIFFERENCE = 1e-3


def exact() -> bool:
    """Whether this process, and the servers it starts, run the reference's OpenCV."""
    return cv2.__version__ == REFERENCE_OPENCV


def shortfalls(total: Figures) -> list[str]:
    """Return the bars that a collection of pages misses, in words."""
    found = []
    least = EXACT if exact() else SHIPPED_TEXTS
    if total.text_share < least:
        found.append(f"texts identical on {100 * total.text_share:.2f} % of the lines, not {100 * least} %")
    if exact() and total.box_share < EXACT:
        found.append(f"boxes identical on {100 * total.box_share:.2f} % of the lines, not {100 * EXACT} %")
    if exact() and total.words_differing:
        found.append(f"words differ in {total.words_differing} lines")
    if exact() and total.score_difference > SCORE_DIFFERENCE:
        found.append(f"scores differ by up to {total.score_difference}")
    return found
