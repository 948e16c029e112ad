"""What happens to pages on their way to an OCR system: each function changes the picture, and places with it."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.compare.generator.paper import Paper, Picture
from benchmarks.compare.model import Polygon

Rng = np.random.Generator
Matrix = NDArray[np.float64]
"""float64 (3, 3): from old places to new ones."""


def rotation(paper: Paper, rng: Rng) -> Paper:
    """The page leans by up to eight degrees; paper is white beyond its edges."""
    degrees = float(rng.uniform(2, 8)) * (1 if rng.random() < 0.5 else -1)
    height, width = paper.image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = int(height * sine + width * cosine), int(height * cosine + width * sine)
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    return _moved(paper, np.vstack([turn, [0, 0, 1]]), (wide, high), 255)


def perspective(paper: Paper, rng: Rng) -> Paper:
    """The page as a camera sees it that is not above its middle, on a dark desk."""
    height, width = paper.image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    seen = corners + inwards * rng.uniform(20, 110, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    return _moved(paper, np.asarray(matrix, np.float64), (width, height), 70)


def noise(paper: Paper, rng: Rng) -> Paper:
    """Grain, and specks of pepper and salt."""
    grain = paper.image + rng.normal(0, 28, paper.image.shape[:2])[..., None]
    specks = rng.random(paper.image.shape[:2])
    grain[specks < 0.004] = 30
    grain[specks > 0.996] = 250
    return replace(paper, image=_pixels(grain))


def blur(paper: Paper, rng: Rng) -> Paper:
    """Out of focus."""
    return replace(paper, image=_picture(cv2.GaussianBlur(paper.image, (0, 0), float(rng.uniform(1.4, 2.4)))))


def jpeg(paper: Paper, rng: Rng) -> Paper:
    """Two thirds of the size, squeezed by JPEG until blocks are seen, and as large as before again."""
    height, width = paper.image.shape[:2]
    small = cv2.resize(paper.image, (width * 2 // 3, height * 2 // 3), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 28))])
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return replace(paper, image=_picture(cv2.resize(back, (width, height), interpolation=cv2.INTER_LINEAR)))


def low_light(paper: Paper, rng: Rng) -> Paper:
    """Dark, less contrast, a shadow from one side, and a sensor's grain."""
    height, width = paper.image.shape[:2]
    shadow = np.linspace(float(rng.uniform(0.25, 0.4)), float(rng.uniform(0.55, 0.8)), width)
    if rng.random() < 0.5:
        shadow = shadow[::-1]
    dark = (paper.image * 0.7 + 30) * shadow[None, :, None]
    return replace(paper, image=_pixels(dark + rng.normal(0, 7, (height, width))[..., None]))


def _moved(paper: Paper, matrix: Matrix, size: tuple[int, int], beyond: int) -> Paper:
    image = cv2.warpPerspective(paper.image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(beyond,) * 3)
    lines = [replace(line, polygon=_place(line.polygon, matrix)) for line in paper.lines]
    words = [replace(word, polygon=_place(word.polygon, matrix)) for word in paper.words]
    return replace(paper, image=_picture(image), lines=lines, words=words)


def _place(polygon: Polygon | None, matrix: Matrix) -> Polygon | None:
    if polygon is None:
        return None
    moved = cv2.perspectiveTransform(np.array([polygon], np.float64), matrix)[0]
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in moved)


def _pixels(image: NDArray[np.floating]) -> Picture:
    return image.round().clip(0, 255).astype(np.uint8)


def _picture(image: object) -> Picture:
    return np.asarray(image, np.uint8)
