"""A drawing on transparent pixels, as a file of each format."""

import io

import numpy as np
from PIL import Image as Pillow

BLACK, WHITE = 0, 255
SIZE = (40, 24)
"""Width and height."""
MARK = (slice(8, 16), slice(10, 30))
"""The drawing fills this place; all else is transparent."""


def drawing(ink: int, hidden: int, alpha: int = 255) -> Pillow.Image:
    """A bar on nothing, whose transparent pixels have a colour that nobody is to see."""
    image = np.full((SIZE[1], SIZE[0], 4), (hidden, hidden, hidden, 0), np.uint8)
    image[MARK] = (ink, ink, ink, alpha)
    return Pillow.fromarray(image, "RGBA")


def saved(image: Pillow.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
