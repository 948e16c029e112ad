"""The colour of the paper around each line, for files that cover a line of the picture with their own text."""

import math
from collections.abc import Iterable

import numpy as np

from models.document import Image, TextLine
from server.export.files.file_page import Colour
from server.export.files.text_layer import PlacedText, placed


def paper_colours(image: Image, lines: Iterable[TextLine]) -> tuple[Colour, ...]:
    """The colour around each line that has text, in their order.

    Args:
        image: the page that the lines were read from, uint8 (H, W, 3) BGR.
        lines: all lines of the page.
    """
    return tuple(_around(image, text) for text in placed(lines))


def _around(image: Image, text: PlacedText) -> Colour:
    """The median colour of the border of a line's upright bounding box, which is mostly paper and not ink."""
    xs, ys = zip(text.box.start, text.box.end, text.box.top, strict=True)
    far = text.box.end[0] + text.box.top[0] - text.box.start[0], text.box.end[1] + text.box.top[1] - text.box.start[1]
    left, top = math.floor(min(*xs, far[0])), math.floor(min(*ys, far[1]))
    right, bottom = math.ceil(max(*xs, far[0])), math.ceil(max(*ys, far[1]))
    area = image[max(0, top) : bottom + 1, max(0, left) : right + 1]
    if area.size == 0:
        return 255, 255, 255
    border = np.concatenate([area[0], area[-1], area[:, 0], area[:, -1]])
    blue, green, red = np.median(border, axis=0)
    return int(red), int(green), int(blue)
