"""A PDF page's own text, as a decode worker hands it over.

A worker parses hostile bytes, and an attacker may control it. So what it says is checked like any other input.
"""

import math
from itertools import accumulate
from typing import Annotated, Literal

import msgspec

MOST_CHARACTERS = 20_000
"""Characters of one page. A page of small print has about 10,000; more are not read from the layer."""
MOST_LINES = 5_000
MOST_FONTS = 200
MOST_LAYER_BYTES = 4 * 1024 * 1024
"""Of one page's layer on its way. The most characters take a quarter of it."""

Coordinate = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
Place = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
FontNumber = Annotated[int, msgspec.Meta(ge=0, lt=MOST_FONTS)]

LayerFault = Literal["none", "hidden", "unmapped", "uncovered", "overlapping", "too_much", "unreadable"]
"""The reason for which a page's layer cannot be taken.

- ``none``: there is no fault.
- ``hidden``: the page has no text that one sees. A scan with the text of an older program is such a page.
- ``unmapped``: glyphs have no character.
- ``uncovered``: glyphs are drawn where the layer has no text.
- ``overlapping``: texts lie over each other.
- ``too_much``: there are more characters or objects than a page has.
- ``unreadable``: the reader of the file could not make sense of it.
"""


class LayerLine(msgspec.Struct, frozen=True, array_like=True):
    """One line of a layer.

    Attributes:
        text: as a reader would copy it.
        quad: x and y of its corners in pixels of the rendered page: top-left, top-right, bottom-right, bottom-left.
        places: centre of each character along the line, as `models.document.TextLine.char_positions`.
        fonts: runs of characters with one font: the font's number and the length.
        direction: the way that the text runs on the page.
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_CHARACTERS)]
    quad: tuple[Coordinate, Coordinate, Coordinate, Coordinate, Coordinate, Coordinate, Coordinate, Coordinate]
    places: Annotated[tuple[Place, ...], msgspec.Meta(max_length=MOST_CHARACTERS)]
    fonts: Annotated[tuple[tuple[FontNumber, Count], ...], msgspec.Meta(max_length=MOST_CHARACTERS)]
    direction: Literal["right", "down", "left", "up"] = "right"


class PageLayer(msgspec.Struct, frozen=True):
    """The text of one page that one sees.

    Attributes:
        fault: why it cannot be taken, as far as the page itself tells.
        fonts: a key of each font. Fonts of a document with the same key draw the same glyph for each character.
        lines: of text, in the order of the file.
        complete: whether the page shows nothing else that may be text, such as a picture.
    """

    fault: LayerFault = "none"
    fonts: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_FONTS)] = ()
    lines: Annotated[tuple[LayerLine, ...], msgspec.Meta(max_length=MOST_LINES)] = ()
    complete: bool = True


_layers: msgspec.msgpack.Decoder[PageLayer] = msgspec.msgpack.Decoder(PageLayer)


def encode_layer(layer: PageLayer) -> bytes:
    """A layer as bytes."""
    return msgspec.msgpack.encode(layer)


def decode_layer(data: bytes) -> PageLayer:
    """A layer from the bytes of a worker.

    Raises:
        ValueError: they are no layer, or one that contradicts itself.
    """
    layer = _layers.decode(data)
    for line in layer.lines:
        numbers = [number for number, _ in line.fonts]
        *_, characters = accumulate((count for _, count in line.fonts), initial=0)
        if len(line.places) != len(line.text) or characters != len(line.text) or max(numbers) >= len(layer.fonts):
            raise ValueError("a line of a layer contradicts itself")
        if not all(map(math.isfinite, (*line.quad, *line.places))):
            raise ValueError("a line of a layer is nowhere")
    return layer
