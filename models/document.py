"""The types that travel between stages. All are frozen, and arrays in them are never written to after creation."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.layout.regions import Region
from models.options import OcrOptions
from models.reading_aids import ReadingWarning

Image = NDArray[np.uint8]
"""uint8 (H, W, 3), BGR, as OpenCV reads it."""

Quad = NDArray[np.int32]
"""int32 (4, 2): x, y of top-left, top-right, bottom-right, bottom-left in page pixels."""

VERTICAL_RATIO = 1.5
"""A line is vertical, and is read from top to bottom, if it is at least so many times as high as wide. As in the
reference, crops of such lines are rotated by 90 degrees counter-clockwise."""

Direction = Literal["right", "down", "left", "up"]
"""The way that a line's text runs on its page. Text that runs to the left is upside down."""


Source = Literal["picture", "layer"]
"""The origin of a line's text: recognised in the picture, or taken from the page's own text."""


@dataclass(frozen=True, slots=True)
class TextBox:
    """One detected text region.

    Attributes:
        quad: its corners in the preprocessed page.
        score: mean text probability inside it, 0..1.
    """

    quad: Quad
    score: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word: a run of Latin letters and digits, one CJK character, or a run of separators.

    Attributes:
        text: the characters.
        box: xmin, ymin, xmax, ymax in the preprocessed page.
    """

    text: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TextLine:
    """One recognised line.

    Attributes:
        text: may be empty, with score 0.0, if nothing was read.
        score: mean probability of the decoded characters, 0..1.
        quad: the detection it was read from.
        char_scores: probability of each character of ``text``.
        words: filled only if word boxes were requested.
        char_positions: centre of each character of ``text`` along the line, as a fraction of its length. 0 is the left
            edge of ``quad``, or the top edge of a vertical line; 1 is the opposite edge. They rise, except in text from
            right to left and in lines that were found upside down. See `models.characters`.
        direction: the way that the text runs, where a reading aid found it; None if the quad's shape tells it.
        source: where the text comes from: the picture, or the page's own text (``layer``).
    """

    text: str
    score: float
    quad: Quad
    char_scores: tuple[float, ...] = ()
    words: tuple[Word, ...] = ()
    char_positions: tuple[float, ...] = ()
    direction: Direction | None = None
    source: Source = "picture"


@dataclass(frozen=True, slots=True)
class OwnText:
    """Text that a page has of its own, so that it need not be recognised.

    Attributes:
        lines: with the source ``layer``, in page pixels.
        complete: whether nothing else on the page is to be read.
    """

    lines: tuple[TextLine, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One decoded page: an image, or one page of a PDF or TIFF.

    Attributes:
        image: the page as decoded, upright as its file says (EXIF, /Rotate).
        index: 0-based position in its document.
        warnings: what its decoder noted.
        own_text: the text that is taken from its document; None where all text is to be recognised.
    """

    image: Image
    index: int = 0
    warnings: tuple[ReadingWarning, ...] = ()
    own_text: OwnText | None = None


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """The result of the document preprocessor.

    Attributes:
        image: the page that all later steps work on.
        angle: the applied rotation: 0, 90, 180 or 270 degrees counter-clockwise; -1 if orientation did not run.
        rotated: the page after rotation and before unwarping; None if the preprocessor did not run.
    """

    image: Image
    angle: int = -1
    rotated: Image | None = None


@dataclass(frozen=True, slots=True)
class PageResult:
    """Everything that was read on one page.

    Attributes:
        options: the effective options that it was read with.
        preprocessed: the page image that all coordinates refer to.
        boxes: all N detections in reading order.
        angles: N line orientations: 0 upright, 1 upside down, -1 if the stage did not run.
        lines: the M <= N lines whose score reached the threshold, in the order of ``boxes``.
        seconds: wall time per stage name, for metrics.
        regions: the regions that the layout model found; None if it did not run.
        warnings: what the reading aids did, and what makes the text doubtful.
    """

    options: OcrOptions
    preprocessed: Preprocessed
    boxes: tuple[TextBox, ...]
    angles: tuple[int, ...]
    lines: tuple[TextLine, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    regions: tuple[Region, ...] | None = None
    warnings: tuple[ReadingWarning, ...] = ()
