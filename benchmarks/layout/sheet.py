"""A page as it is drawn: runs of text, strokes and filled boxes, in points from the upper left corner."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from reportlab.pdfbase.pdfmetrics import stringWidth

FontName = Literal["serif", "serif bold", "serif italic", "sans", "sans bold", "mono", "cjk"]
FONTS: dict[FontName, str] = {
    "serif": "Times-Roman",
    "serif bold": "Times-Bold",
    "serif italic": "Times-Italic",
    "sans": "Helvetica",
    "sans bold": "Helvetica-Bold",
    "mono": "Courier",
    "cjk": "STSong-Light",
}
"""Names in a PDF. All are fonts that every reader of PDF brings along."""
ASCENT, DESCENT = 0.72, 0.22
"""How far letters reach above and below their baseline, as shares of the font's size."""

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text on one baseline.

    Attributes:
        text: without white space around it.
        x: where it begins.
        y: its baseline; of vertical text the upper edge of its first character.
        font: its font.
        size: in points.
        space: points by which every space is wider than usual.
        way: to the right; ``down`` for characters below each other; ``up`` for a line turned by 90 degrees.
    """

    text: str
    x: float
    y: float
    font: FontName
    size: float
    space: float = 0.0
    way: Literal["right", "down", "up"] = "right"

    @property
    def length(self) -> float:
        """Points along the text."""
        return text_width(self.text, self.font, self.size) + self.space * self.text.count(" ")

    @property
    def box(self) -> Box:
        """The rectangle of its letters."""
        if self.way == "down":
            return self.x, self.y, self.x + self.size, self.y + self.length
        if self.way == "up":
            return self.x - ASCENT * self.size, self.y - self.length, self.x + DESCENT * self.size, self.y
        return self.x, self.y - ASCENT * self.size, self.x + self.length, self.y + DESCENT * self.size


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight rule."""

    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float = 0.6


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled rectangle; 0 is black and 1 is white."""

    box: Box
    grey: float


@dataclass(slots=True)
class Sheet:
    """One page.

    Attributes:
        width, height: in points.
        runs, strokes, fills: what is drawn. Fills come first.
    """

    width: float = 595.0
    height: float = 842.0
    runs: list[Run] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)

    def write(
        self, text: str, x: float, y: float, font: FontName = "serif", size: float = 10.0, align: str = "left"
    ) -> Run:
        """Write a line; ``x`` is its left edge, its right edge or its middle."""
        width = text_width(text, font, size)
        run = Run(text, x - {"left": 0.0, "right": width, "centre": width / 2}[align], y, font, size)
        self.runs.append(run)
        return run

    def rule(self, x0: float, y: float, x1: float, thickness: float = 0.6) -> None:
        """Draw a horizontal rule."""
        self.strokes.append(Stroke(x0, y, x1, y, thickness))

    def frame(self, box: Box, thickness: float = 0.6) -> None:
        """Draw the sides of a rectangle."""
        x0, y0, x1, y1 = box
        sides = [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
        self.strokes.extend(Stroke(*side, thickness) for side in sides)

    def chart(self, box: Box, heights: Sequence[float]) -> None:
        """Draw a bar chart, as a figure."""
        x0, y0, x1, y1 = box
        self.strokes += [Stroke(x0, y0, x0, y1, 1.0), Stroke(x0, y1, x1, y1, 1.0)]
        step = (x1 - x0) / max(1, len(heights))
        for number, height in enumerate(heights):
            left = x0 + (number + 0.2) * step
            self.fills.append(Fill((left, y1 - height * (y1 - y0), left + 0.6 * step, y1), 0.3 + 0.1 * (number % 4)))


def text_width(text: str, font: FontName, size: float) -> float:
    """Points that a text takes. Chinese characters are squares."""
    return len(text) * size if font == "cjk" else float(stringWidth(text, FONTS[font], size))
