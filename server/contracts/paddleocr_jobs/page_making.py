"""Makes the page that is kept from a page that was read. It costs CPU: call it in a thread."""

from collections.abc import Mapping

from server.contracts.paddleocr_jobs.envelope import encode
from server.contracts.paddleocr_jobs.kept_page import KeptPage
from server.contracts.paddlex_shapes.document_part import document_part
from server.contracts.paddlex_shapes.document_pictures import Limit
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from server.contracts.paddlex_shapes.pictures import draw_page
from server.contracts.paddlex_shapes.pruned import pruned_result
from server.export.drawing.pictures import encode_jpeg, limit_size
from server.service import RecognizedPage

INPUT = "inputImage"


def make_ocr_page(
    page: RecognizedPage, *, visualize: bool, limit: Limit, zeros: Mapping[str, float] | None = None
) -> KeptPage:
    """Make a page of lines of text.

    Args:
        page: the page and its result.
        visualize: whether pictures show how it was read.
        limit: largest width and height of a picture; None keeps its size.
        zeros: as in `pruned_result`.

    Raises:
        PictureEncodingFailed: the page is too long for a picture.
    """
    pruned = encode(pruned_result(page.result, zeros))
    if not visualize:
        return KeptPage(pruned, None)
    pictures = {picture.field: picture for picture in draw_page(page.page, page.result, limit)}
    files = {picture.name: picture.jpeg for picture in pictures.values()}
    drawn = {field: picture.name for field, picture in pictures.items() if field != INPUT}
    shown = pictures[INPUT].name
    read, more = _preprocessed(page, shown, limit)
    return KeptPage(pruned, None, drawn=drawn, input_image=shown, preprocessed=read, pictures=files | more)


def make_document_page(
    page: RecognizedPage,
    style: DocumentStyle,
    *,
    visualize: bool,
    limit: Limit,
    zeros: Mapping[str, float] | None = None,
) -> KeptPage:
    """Make a page of a document, see `make_ocr_page`. ``style`` is its form."""
    part = document_part(page, style, visualize=visualize, limit=limit, zeros=zeros)
    number = page.page.index
    drawn = {field: f"{field}_{number}.jpg" for field in part.drawn}
    files = {**part.images, **{drawn[field]: jpeg for field, jpeg in part.drawn.items()}}
    shown, read = "", ""
    if part.input_image is not None:
        shown = f"input_img_{number}.jpg"
        read, more = _preprocessed(page, shown, limit)
        files |= {shown: part.input_image, **more}
    return KeptPage(
        pruned=encode(part.pruned),
        # A page without text is a line end: one client takes an empty text for an error.
        markdown=part.markdown or "\n",
        is_start=part.is_start,
        is_end=part.is_end,
        vision=style.vision_language,
        images=tuple(part.images),
        drawn=drawn,
        input_image=shown,
        preprocessed=read,
        pictures=files,
    )


def _preprocessed(page: RecognizedPage, shown: str, limit: Limit) -> tuple[str, dict[str, bytes]]:
    """The file of the page as it was read: that of the page as it was sent, if nothing changed it."""
    if not page.result.options.use_doc_preprocessor:
        return shown, {}
    name = f"preprocessed_page_{page.page.index}.jpg"
    return name, {name: encode_jpeg(limit_size(page.result.preprocessed.image, limit))}
