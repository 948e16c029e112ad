"""Sorts boxes into the reference's order: from top to bottom and, within a row, from left to right."""

from collections.abc import Iterable

from models.document import TextBox

ROW_TOLERANCE = 10
"""Boxes whose first corners differ by fewer pixels in y can belong to one row."""


def sort_boxes(boxes: Iterable[TextBox]) -> list[TextBox]:
    """Sort by the first corner's (y, x), then let each box move left past its neighbours of the same row.

    The second step stops at the first neighbour out of tolerance, as in the reference. It is not a sort by rows; the
    difference is visible on slanted pages.
    """
    ordered = sorted(boxes, key=lambda box: (int(box.quad[0, 1]), int(box.quad[0, 0])))
    for start in range(1, len(ordered)):
        for position in range(start, 0, -1):
            here, before = ordered[position].quad[0], ordered[position - 1].quad[0]
            same_row = abs(int(here[1]) - int(before[1])) < ROW_TOLERANCE
            if not (same_row and here[0] < before[0]):
                break
            ordered[position], ordered[position - 1] = ordered[position - 1], ordered[position]
    return ordered
