"""From a line of a layer, as a decode worker hands it over, to a line of its page."""

import numpy as np

from models.document import VERTICAL_RATIO, Direction, TextLine
from server.decode.page_layer import LayerLine


def text_line(line: LayerLine, size: tuple[int, int]) -> TextLine:
    """One line of a layer on a page of (width, height) pixels. What is in the file is certain: its score is 1."""
    corners = np.clip(np.rint(np.array(line.quad).reshape(4, 2)), 0, size)
    return TextLine(
        line.text,
        1.0,
        corners.astype(np.int32),
        (1.0,) * len(line.text),
        (),
        line.places,
        _direction(line),
        "layer",
    )


def _direction(line: LayerLine) -> Direction | None:
    """The direction of a line's text, where its shape does not tell it."""
    xs, ys = line.quad[::2], line.quad[1::2]
    looks_vertical = max(ys) - min(ys) >= VERTICAL_RATIO * (max(xs) - min(xs))
    return None if line.direction == ("down" if looks_vertical else "right") else line.direction
