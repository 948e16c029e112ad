"""A searchable PDF of page pictures, for documents that are not PDF."""

import io
from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name

from server.export.drawing.pictures import PictureEncodingFailed
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import blocks_of_lines
from server.export.files.pdf_picture import picture_object, placement
from server.export.files.text_layer import CharacterCodes, add_font, placed_blocks, text_operators

MIN_POINTS, MAX_POINTS = 3.0, 14_400.0
"""The sides of a page that PDF viewers accept, in points (PDF 1.7, Annex C)."""
FONT, PICTURE = "/F0", "/Im"


def picture_pdf(pages: Sequence[FilePage]) -> bytes:
    """Make a PDF whose pages show the pictures at their size, with invisible text over them.

    Raises:
        PictureEncodingFailed: the pages' pictures were too large to be kept.
    """
    if not all(page.pictures for page in pages):
        raise PictureEncodingFailed
    with pikepdf.new() as pdf:
        codes = CharacterCodes()
        for page in pages:
            pdf.pages.append(pikepdf.Page(_page(pdf, page, codes)))
        font = add_font(pdf, codes)
        for shown in pdf.pages:
            shown.Resources.Font[FONT] = font
        return saved(pdf)


def _page(pdf: pikepdf.Pdf, page: FilePage, codes: CharacterCodes) -> Dictionary:
    width, height = _fitting(page.points)
    scale = width / page.width, height / page.height
    pictures = {f"{PICTURE}{number}": picture for number, picture in enumerate(page.pictures)}
    shown = [f"q {placement(each, page.height, scale)} cm {name} Do Q\n" for name, each in pictures.items()]
    text = text_operators(
        placed_blocks(blocks_of_lines(page)), (scale[0], 0.0, 0.0, -scale[1], 0.0, height), FONT, codes
    )
    objects = Dictionary({name: picture_object(pdf, each) for name, each in pictures.items()})
    return Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(width, 4), round(height, 4)]),
        Resources=Dictionary(XObject=objects, Font=Dictionary()),
        Contents=pdf.make_stream("".join(shown).encode("ascii") + text),
    )


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of the PDF, without encryption."""
    buffer = io.BytesIO()
    pdf.save(buffer, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return buffer.getvalue()


def _fitting(points: tuple[float, float]) -> tuple[float, float]:
    """The page's size, scaled down if it is too large. Each side is at least as long as viewers accept."""
    factor = min(1.0, MAX_POINTS / max(points))
    return max(MIN_POINTS, points[0] * factor), max(MIN_POINTS, points[1] * factor)
