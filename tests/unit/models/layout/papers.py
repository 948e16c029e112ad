"""Pages of white paper, and lines of text on them."""

from dataclasses import replace

import cv2
import numpy as np

from models.document import TextLine
from models.layout.frame import Span

WIDTH, HEIGHT = 800, 1000
WORDS = ("amber", "bridge", "castle", "desert", "eastern", "forest", "garden", "harbour", "island", "jasmine", "oak")
LENGTH, CELL, LEFT = 30, 10, 60
"""Characters of a column's line, the width of each, and the left edge of the page's text."""


def paper(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


def line(text: str, x: float, y: float, width: float, height: float = 20) -> TextLine:
    quad = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]]).round().astype(np.int32)
    return TextLine(text, 1.0, quad)


def column(name: str, x: float, width: float, y: float = 100, count: int = 8) -> list[TextLine]:
    return [line(f"{name}{k} words that fill", x, y + 24 * k, width) for k in range(count)]


def turned(lines: list[TextLine], degrees: float) -> list[TextLine]:
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
    quads = [(np.column_stack([one.quad, np.ones(4)]) @ turn.T).round().astype(np.int32) for one in lines]
    return [TextLine(one.text, one.score, quad) for one, quad in zip(lines, quads, strict=True)]


def spread(text: str, x: float, y: float, width: float, height: float = 20) -> TextLine:
    """A line whose characters are all equally wide, with their places."""
    places = tuple((k + 0.5) / len(text) for k in range(len(text)))
    return replace(line(text, x, y, width, height), char_positions=places, char_scores=(1.0,) * len(text))


def printed(lines: list[TextLine], width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """White paper with black letters where the lines have characters."""
    page = paper(width, height)
    for one in lines:
        (x0, y0), (x1, y1) = one.quad.min(axis=0), one.quad.max(axis=0)
        cell = (x1 - x0) / max(1, len(one.text))
        for k, character in enumerate(one.text):
            if character != " ":
                left, right = x0 + k * cell + 0.1 * cell, x0 + (k + 1) * cell - 0.1 * cell
                page[int(y0 + 5) : int(y1 - 4), round(left) : max(round(left) + 1, round(right))] = 0
    return page


def prose(number: int) -> str:
    """Different words in each line, so that no white between them runs down."""
    return " ".join(np.random.default_rng(number).choice(WORDS, 12))[:LENGTH].strip().ljust(LENGTH, "x")


def columns(gutter: int, rows: int) -> tuple[list[TextLine], list[TextLine]]:
    right = LEFT + LENGTH * CELL + gutter
    return (
        [spread(prose(k), LEFT, 100 + 24 * k, LENGTH * CELL) for k in range(rows)],
        [spread(prose(100 + k), right, 100 + 24 * k, LENGTH * CELL) for k in range(rows)],
    )


def span(text: str, x: float, y: float, width: float, height: float = 20, index: int = 0) -> Span:
    """A line in the frame."""
    return Span(index, x, y, x + width, y + height, height, text)
