"""Makes the pages of a job's result files."""

from collections.abc import Collection, Sequence
from typing import Protocol

from models.document import Image, PageResult, TextLine
from models.layout.analyse import analyse_layout
from server.decode.document import DocumentInfo
from server.export.files.file_page import Encoding, FilePage, PagePicture
from server.export.files.paper import paper_colours
from server.export.files.picture_encoding import encoded
from server.export.files.source_picture import source_picture
from server.intake.raw_file import FileKind, RawFile

POINTS_PER_INCH = 72.0
Scale = tuple[float, float]
"""Points per pixel along x and y."""


def page_scales(info: DocumentInfo, pdf_scale: float) -> list[Scale]:
    """The scale of each page.

    An image has the resolution that its file says. If it says none, or an absurd one, the page gets the size of a PDF
    page that would be rendered with as many pixels.

    Args:
        info: the document's outline.
        pdf_scale: pixels per point of a rendered PDF page.
    """
    if info.points is None:
        usual = 1 / pdf_scale
        return [
            (POINTS_PER_INCH / dots[0], POINTS_PER_INCH / dots[1]) if dots else (usual, usual)
            for dots in info.resolutions
        ]
    sides = zip(info.points, info.sizes, strict=True)
    return [(points[0] / size[0], points[1] / size[1]) for points, size in sides]


class Needs(Protocol):
    """The needs of a result file. A `ResultFormat` has them."""

    @property
    def pictures(self) -> tuple[Encoding, ...]:
        """The encodings in which it can show the page's picture; empty if it shows none."""

    @property
    def covers_text(self) -> bool:
        """Whether it needs the paper's colour around the lines."""

    @property
    def needs_layout(self) -> bool:
        """Whether it follows the page's structure."""


def result_page(
    result: PageResult, lines: Sequence[TextLine], points_per_pixel: Scale, source: RawFile, pages: int, needs: Needs
) -> FilePage:
    """Make a page of result files. CPU work.

    Args:
        result: of reading the page.
        lines: those that the file shows. Lines without text are left out.
        points_per_pixel: its scale along x and y, as it was decoded.
        source: the document.
        pages: their number in the document.
        needs: of the file.
    """
    image = result.preprocessed.image
    height, width = image.shape[:2]
    across, down = points_per_pixel[::-1] if result.preprocessed.angle in (90, 270) else points_per_pixel
    points = (width * across, height * down)
    shown = tuple(line for line in lines if line.text)
    layout = analyse_layout(image, shown, result.regions) if needs.needs_layout else None
    shown = shown if layout is None else layout.lines
    as_it_is = not is_turned(result)
    pictures = page_pictures(image, source, pages, needs.pictures, as_it_is=as_it_is) if needs.pictures else ()
    colours = paper_colours(image, shown) if needs.covers_text else ()
    return FilePage(pictures, width, height, points, shown, layout, colours)


def is_turned(result: PageResult) -> bool:
    """Whether a page was rotated or unwarped before it was read."""
    return result.preprocessed.angle not in (-1, 0) or result.options.use_doc_unwarping


def page_pictures(
    image: Image, source: RawFile, pages: int, encodings: Collection[Encoding], *, as_it_is: bool
) -> tuple[PagePicture, ...]:
    """A page's picture: the document itself if it is shown as it is, or else the pixels.

    Args:
        image: the page.
        source: the document.
        pages: their number in the document.
        encodings: that may be used.
        as_it_is: whether the page is neither rotated nor unwarped.
    """
    if source.kind is FileKind.IMAGE and as_it_is:
        picture = source_picture(source.data, (image.shape[1], image.shape[0]), tuple(encodings))
        if picture is not None:
            return (picture,)
    return encoded(image, tuple(encodings), len(source.data) // pages)
