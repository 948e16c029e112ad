"""One page of a document, as the writers of result files need it."""

from dataclasses import dataclass
from typing import Literal

from models.document import TextLine
from models.layout.document import PageLayout
from server.decode.formats.exif import swaps_sides

Encoding = Literal["source_jpeg", "bare_source_jpeg", "jpeg", "png", "fax"]
"""The forms of a page's picture. ``source_jpeg`` is the document itself, and ``bare_source_jpeg`` is the same without
metadata. The result file makes both upright. ``fax`` is CCITT Group 4."""

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The encoded picture of a page, or of a part of a page that is too long for one picture.

    Attributes:
        encoding: of ``data``.
        data: a JPEG or PNG file, or for ``fax`` the code of all rows.
        size: the width and height of the stored pixels.
        grey: whether a JPEG has one channel and not three.
        orientation: the EXIF orientation, 1 to 8, that makes the stored pixels upright.
        corner: the pixel of the page, from the left and from the top, that is its upper left corner.
        ink: the colour of the black pixels of a ``fax``.
        paper: the colour of the white pixels of a ``fax``.
    """

    encoding: Encoding
    data: bytes
    size: tuple[int, int]
    grey: bool = False
    orientation: int = 1
    corner: tuple[int, int] = (0, 0)
    ink: Colour = (0, 0, 0)
    paper: Colour = (255, 255, 255)

    @property
    def shown_size(self) -> tuple[int, int]:
        """The width and height of the upright picture, in pixels."""
        return self.size[::-1] if swaps_sides(self.orientation) else self.size


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page that was read.

    Attributes:
        pictures: the page's picture, or the parts that cover it; empty if the file shows none.
        width: in pixels, of the picture that all coordinates refer to. For a PDF it shows the page like a PDF viewer,
            neither rotated nor unwarped, because the text is put over the original page.
        height: in pixels.
        points: the width and height of the shown page, in points (1/72 inch).
        lines: the recognised lines. Their coordinates are pixels of the picture.
        layout: the structure of the page; None if it was not analysed, so that lines are taken in their order.
        paper_colours: the page's colour around each line that has text; empty if the file does not cover the lines.
    """

    pictures: tuple[PagePicture, ...]
    width: int
    height: int
    points: tuple[float, float]
    lines: tuple[TextLine, ...]
    layout: PageLayout | None = None
    paper_colours: tuple[Colour, ...] = ()
