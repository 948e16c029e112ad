"""Warnings that every page can have, with or without reading aids: text that is probably not read right."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.document import TextLine
from models.reading_aids import ReadingWarning

LOW_SCORE = 0.6
"""Below this score a line is doubtful. The value is chosen, not measured."""

SMALL_HEIGHT = 10.0
"""Pixels. Recognisers read lines of 48 pixels; one of less than 10 is enlarged five times. Chosen, not measured."""


def page_warnings(lines: Sequence[TextLine], page: int) -> tuple[ReadingWarning, ...]:
    """The warnings about a page's lines.

    Args:
        lines: as they were read.
        page: 0-based position of the page in its document.
    """
    return (*_doubtful(lines, page), *_small(lines, page))


def _doubtful(lines: Sequence[TextLine], page: int) -> Iterator[ReadingWarning]:
    for index, line in enumerate(lines):
        if line.source == "picture" and line.score < LOW_SCORE:
            yield ReadingWarning("low_confidence", page, index)


def _small(lines: Sequence[TextLine], page: int) -> Iterator[ReadingWarning]:
    """Warn of the page if most of its lines are too small. The height of a line is the shorter side of its box."""
    seen = [line for line in lines if line.source == "picture"]
    heights = [min(np.hypot(*(quad[1] - quad[0])), np.hypot(*(quad[2] - quad[1]))) for quad in _quads(seen)]
    if heights and float(np.median(heights)) < SMALL_HEIGHT:
        yield ReadingWarning("picture_too_small", page)


def _quads(lines: Sequence[TextLine]) -> Iterator[np.ndarray]:
    return (line.quad.astype(np.float64) for line in lines)
