"""Places of the words of an answer.

Most providers tell the places of lines. A line's words then lie along it, in proportion to their characters; wide
characters count twice. Words are split at white space alone: such a place is good enough for a word and not for a
single character of Chinese.
"""

import unicodedata
from collections.abc import Sequence

from benchmarks.compare.metrics.normalise import Normalisation
from benchmarks.compare.model import AnswerLine, Polygon, TruthLine

Placed = tuple[str, Polygon]
CORNERS = 4


def placed_words(lines: Sequence[AnswerLine | TruthLine], normalisation: Normalisation) -> list[Placed]:
    """Words and their places; lines without a place are left out."""
    return [word for line in lines if line.polygon for word in split(line.text, line.polygon, normalisation)]


def split(text: str, polygon: Polygon, normalisation: Normalisation) -> list[Placed]:
    """The words of a line at their places along it."""
    whole = sum(map(_width, text))
    found: list[Placed] = []
    end = 0
    for word in text.split():
        start = text.index(word, end)
        end = start + len(word)
        begin, stop = sum(map(_width, text[:start])) / whole, sum(map(_width, text[:end])) / whole
        normal = "".join(normalisation.words(word))
        if normal:
            found.append((normal, _stretch(polygon, begin, stop)))
    return found


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _stretch(polygon: Polygon, begin: float, stop: float) -> Polygon:
    """The part of a line from one share of its length to another; lines higher than wide run down."""
    if len(polygon) != CORNERS:
        xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
        polygon = ((min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys)))
    first, second, third, fourth = polygon
    if _distance(first, fourth) > 2 * _distance(first, second):
        first, second, third, fourth = second, third, fourth, first
    upper, lower = (first, second), (fourth, third)
    return (_between(*upper, begin), _between(*upper, stop), _between(*lower, stop), _between(*lower, begin))


def _between(one: tuple[float, float], other: tuple[float, float], share: float) -> tuple[float, float]:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)
