"""Draws one text into one small tile. Only this file knows the font and the library that draw the letters.

The font is ``uni``, which is a part of OpenCV 5. It has Latin, Greek, Cyrillic, Chinese, Japanese, Korean and symbols.
A character that it lacks is drawn as a question mark. It does not shape Arabic or Indic scripts.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Tile = NDArray[np.uint8]
"""uint8 (height, width): black letters on white."""

WHITE = 255
_BLACK = (0, 0, 0)
_HEIGHT_SHARE = 0.8
"""The font size as a share of the line's height, as in the contract's pictures."""
_MIDDLE = 0.36
"""Half the height of a capital letter, in font sizes. With it, a line's middle is at the tile's middle."""
_COLUMN_SHARE = 0.96
_SMALLEST = 1
_EMPTY_GLYPHS = str.maketrans(
    {
        "\u2103": "°C",
        "\u2109": "°F",
        "\u212b": "Å",
        "\u2164": "V",
        "\u2169": "X",
        "\u223c": "~",
        "\u01ce": "ă",
        "\u01d0": "ĭ",
        "\u01d2": "ŏ",
        "\u01d4": "ŭ",
        "\u01d8": "ü",
        "\u01da": "ü",
        "\u01dc": "ü",
    }
)
"""Characters for which the font has an empty glyph, and the characters that are drawn instead."""


class TextBrush:
    """Draws texts with one font object.

    A font object must not be shared. If two threads draw with the same one at the same time, they get wrong letters. A
    new one takes about ten microseconds, so every picture has its own.
    """

    def __init__(self) -> None:
        self._face = cv2.FontFace("uni")

    def horizontal(self, text: str, width: int, height: int) -> Tile:
        """Draw a line of text from the tile's left edge, as large as the tile's height and width allow."""
        tile = np.full((height, width), WHITE, np.uint8)
        line = drawable(text)[:width]
        if not line.strip():
            return tile
        size = max(_SMALLEST, int(height * _HEIGHT_SHARE))
        length = self.length(line, size)
        if length > width:
            size = max(_SMALLEST, int(size * width / length))
        self.put(tile, line, 0, round(height / 2 + size * _MIDDLE), size)
        return tile

    def vertical(self, text: str, width: int, height: int) -> Tile:
        """Draw characters below each other, each centred in an equal share of the tile's height."""
        tile = np.full((height, width), WHITE, np.uint8)
        column = drawable(text)[:height]
        if not column.strip():
            return tile
        step = height / len(column)
        size = max(_SMALLEST, int(min(step * _COLUMN_SHARE, width)))
        for position, character in enumerate(column):
            left = max(0, (width - self.length(character, size)) // 2)
            self.put(tile, character, left, round((position + 0.5) * step + size * _MIDDLE), size)
        return tile

    def length(self, text: str, size: int) -> int:
        """The width of a text in pixels, at a font size in pixels."""
        return int(cv2.getTextSize((0, 0), text, (0, 0), self._face, size)[2])

    def put(self, image: NDArray[np.uint8], text: str, left: int, baseline: int, size: int) -> None:
        """Draw black text into an image, in place. Parts outside the image are cut off."""
        cv2.putText(image, text, (left, baseline), _BLACK, self._face, size)


def drawable(text: str) -> str:
    """Replace characters that cannot be drawn: control characters, line ends and lone surrogates become spaces."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return text.translate(_EMPTY_GLYPHS)
