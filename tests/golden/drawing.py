"""Small drawing tools for the golden pages: lines of text on a canvas, in named free fonts.

The fonts are those of the Debian packages fonts-liberation, fonts-dejavu-core and fonts-noto-cjk; they are needed only
to make the pages again, never to test against them.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT_FILES = {
    "serif": "liberation/LiberationSerif-Regular.ttf",
    "serif-bold": "liberation/LiberationSerif-Bold.ttf",
    "serif-italic": "liberation/LiberationSerif-Italic.ttf",
    "sans": "liberation/LiberationSans-Regular.ttf",
    "sans-bold": "liberation/LiberationSans-Bold.ttf",
    "mono": "liberation/LiberationMono-Regular.ttf",
    "narrow": "liberation/LiberationSansNarrow-Regular.ttf",
    "dejavu": "dejavu/DejaVuSans.ttf",
    "dejavu-serif": "dejavu/DejaVuSerif.ttf",
    "dejavu-mono": "dejavu/DejaVuSansMono-Bold.ttf",
    "cjk": "noto/NotoSansCJK-Regular.ttc",
    "cjk-bold": "noto/NotoSansCJK-Bold.ttc",
    "cjk-serif": "noto/NotoSerifCJK-Regular.ttc",
}
FONT_FOLDERS = (Path("/usr/share/fonts/truetype"), Path("/usr/share/fonts/opentype"))
CHINESE_FACE = 2
"""Index of the simplified Chinese face in Noto's CJK collections."""

Colour = int | tuple[int, int, int]


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font by its short name, at ``size`` pixels."""
    candidates = [folder / FONT_FILES[name] for folder in FONT_FOLDERS]
    path = next((path for path in candidates if path.exists()), None)
    if path is None:
        raise SystemExit(f"{FONT_FILES[name]} is missing: install fonts-liberation, fonts-dejavu-core, fonts-noto-cjk")
    face = CHINESE_FACE if path.suffix == ".ttc" else 0
    return ImageFont.truetype(str(path), size, index=face, layout_engine=ImageFont.Layout.BASIC)


def canvas(width: int, height: int, colour: Colour = 255) -> Image.Image:
    """An empty page: grey where ``colour`` is a number, else RGB."""
    return Image.new("L" if isinstance(colour, int) else "RGB", (width, height), colour)


def write(
    page: Image.Image,
    lines: Sequence[str],
    at: tuple[int, int],
    style: tuple[str, int] = ("serif", 24),
    colour: Colour = 0,
    leading: float = 1.5,
) -> int:
    """Write lines below each other; returns the y below the last."""
    x, y = at
    draw = ImageDraw.Draw(page)
    for line in lines:
        draw.text((x, y), line, font=font(*style), fill=colour)
        y += round(style[1] * leading)
    return y


def write_down(page: Image.Image, columns: Sequence[str], at: tuple[int, int], style: tuple[str, int]) -> None:
    """Write columns of characters from top to bottom, the columns from right to left; ``at`` is the first column."""
    x, y = at
    draw = ImageDraw.Draw(page)
    for number, column in enumerate(columns):
        for row, character in enumerate(column):
            spot = (x - number * style[1] * 2, y + row * round(style[1] * 1.08))
            draw.text(spot, character, font=font(*style), fill=0)


def ruled(
    page: Image.Image, rows: Sequence[Sequence[str]], edges: Sequence[int], top: int, step: int, size: int
) -> None:
    """A table with ruled borders; ``edges`` are the x of its vertical rules."""
    draw = ImageDraw.Draw(page)
    for number, row in enumerate(rows):
        y = top + number * step
        draw.line((edges[0], y, edges[-1], y), fill=0)
        for x, cell in zip(edges, row, strict=False):
            style = ("sans-bold" if number == 0 else "sans", size)
            draw.text((x + 10, y + (step - size) // 2 - 2), cell, font=font(*style), fill=0)
    bottom = top + len(rows) * step
    draw.line((edges[0], bottom, edges[-1], bottom), fill=0)
    for x in edges:
        draw.line((x, top, x, bottom), fill=0)


def gradient(width: int, height: int, start: tuple[int, int, int], end: tuple[int, int, int]) -> Image.Image:
    """A diagonal run from one colour to another."""
    share = np.add.outer(np.linspace(0, 0.5, height), np.linspace(0, 0.5, width))[..., None]
    pixels = np.asarray(start) * (1 - share) + np.asarray(end) * share
    return Image.fromarray(pixels.round().astype(np.uint8))


def noisy(page: Image.Image, strength: float, seed: int) -> Image.Image:
    """The page with grey noise, as a poor scanner leaves it."""
    noise = np.random.default_rng(seed).normal(0, strength, (page.height, page.width))
    pixels = np.asarray(page.convert("L"), np.float64) + noise
    return Image.fromarray(pixels.round().clip(0, 255).astype(np.uint8))
