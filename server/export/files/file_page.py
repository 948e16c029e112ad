"""One page of a document, as the writers of result files need it."""

from dataclasses import dataclass

from models.document import TextLine
from models.layout.document import PageLayout


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page that was read.

    Attributes:
        jpeg: the page's picture as JPEG, of ``width`` x ``height`` pixels; empty if the file shows no picture.
        width: in pixels, of the picture that all coordinates refer to. For a PDF it shows the page like a PDF viewer,
            neither rotated nor unwarped, because the text is put over the original page.
        height: in pixels.
        points: the width and height of the shown page, in points (1/72 inch).
        lines: the recognised lines. Their coordinates are pixels of the picture.
        layout: the structure of the page; None if it was not analysed, so that lines are taken in their order.
    """

    jpeg: bytes
    width: int
    height: int
    points: tuple[float, float]
    lines: tuple[TextLine, ...]
    layout: PageLayout | None = None
