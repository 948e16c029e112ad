"""One page of a document as the writers of result files take it."""

from dataclasses import dataclass

from models.document import TextLine
from models.layout.document import PageLayout


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page that was read.

    Attributes:
        jpeg: the page's picture as JPEG, of ``width`` x ``height`` pixels; empty where the file shows none.
        width: pixels of the picture that all coordinates refer to. For a PDF it shows the page as a reader shows it,
            neither rotated nor unwarped any further, because the text is laid over the original page.
        height: pixels.
        points: the page's width and height in points (1/72 inch), as shown.
        lines: what was read; coordinates in pixels of the picture.
        layout: its structure; None where it was not analysed, so that the lines are taken as they come.
    """

    jpeg: bytes
    width: int
    height: int
    points: tuple[float, float]
    lines: tuple[TextLine, ...]
    layout: PageLayout | None = None
