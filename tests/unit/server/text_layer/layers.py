"""Layers of pages, made by hand."""

from collections.abc import Sequence

from server.decode.page_layer import LayerLine, PageLayer

GLYPH = 10
"""Width of a character in pixels."""


def layer_line(text: str, top: float = 20, font: int = 0, left: float = 20) -> LayerLine:
    """A line of characters that are all as wide."""
    right, bottom = left + GLYPH * len(text), top + 20
    places = tuple(round((number + 0.5) / len(text), 4) for number in range(len(text)))
    quad = (left, top, right, top, right, bottom, left, bottom)
    return LayerLine(text, quad, places, ((font, len(text)),))


def layer_of(texts: Sequence[str], fonts: Sequence[int] | None = None, *, complete: bool = True) -> PageLayer:
    """A layer of lines below each other, each in one of the fonts ``f0``, ``f1`` and so on."""
    numbers = fonts or [0] * len(texts)
    lines = tuple(
        layer_line(text, 20 + 30 * at, font) for at, (text, font) in enumerate(zip(texts, numbers, strict=True))
    )
    return PageLayer("none", tuple(f"f{number}" for number in range(max(numbers) + 1)), lines, complete)
