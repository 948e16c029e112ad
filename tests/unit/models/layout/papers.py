"""Pages of white paper, and lines of text on them."""

import cv2
import numpy as np

from models.document import TextLine

WIDTH, HEIGHT = 800, 1000


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
