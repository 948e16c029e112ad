"""One item of ``ocrResults``: a page's result in PaddleX's form, its pictures, and other forms of its text.

Each page's part of an answer is made as soon as the page is read, in a thread: drawing and encoding cost CPU.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from models.document import PageResult
from models.layout.analyse import analyse_layout
from server.contracts.paddlex_shapes.diagnostics import PageFacts
from server.contracts.paddlex_shapes.parameters import OutputFormat
from server.contracts.paddlex_shapes.pictures import draw_page
from server.contracts.paddlex_shapes.pruned import pruned_result
from server.decode.document import DocumentInfo
from server.export.markdown import page_markdown
from server.export.page_layout import layout_object
from server.export.text import page_text
from server.service import RecognizedPage
from server.storage.publisher import PicturePublisher

PICTURE_FIELDS = ("ocrImage", "docPreprocessingImage", "inputImage")


@dataclass(frozen=True, slots=True)
class PicturePlan:
    """A plan says how the pictures of one document are made.

    Attributes:
        publisher: keeps them if configured, and makes the values of their fields.
        document_id: the name under which they are kept; never made from the caller's words.
        link_base: the base of links.
        size_limit: largest width and height in pixels, or None.
    """

    publisher: PicturePublisher
    document_id: str
    link_base: str
    size_limit: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class PagePart:
    """One item of ``ocrResults``.

    Attributes:
        pruned: the contract's ``prunedResult``.
        pictures: base64 or link by field; empty if the request wants no pictures.
        forms: other forms of the page by field: Markdown, plain text, layout; empty if the request wants none.
        facts: what the document's diagnostics need of the page.
    """

    pruned: dict[str, object]
    pictures: dict[str, str]
    forms: dict[str, object]
    facts: PageFacts


def page_part(
    page: RecognizedPage,
    plan: PicturePlan | None,
    formats: Collection[OutputFormat] = (),
    zeros: Mapping[str, float] | None = None,
) -> PagePart:
    """Make a page's part of the answer. It draws, encodes and may write files: call it in a thread.

    Args:
        page: the page and its result.
        plan: how to make pictures; None makes none.
        formats: other forms of the text that the request wants.
        zeros: as in `pruned_result`.
    """
    pictures: dict[str, str] = {}
    if plan is not None:
        drawn = draw_page(page.page, page.result, plan.size_limit)
        pictures = plan.publisher.publish(drawn, plan.document_id, plan.link_base)
    facts = PageFacts.of(page.page.index, page.result)
    return PagePart(pruned_result(page.result, zeros), pictures, _forms(page.result, formats), facts)


def _forms(result: PageResult, formats: Collection[OutputFormat]) -> dict[str, object]:
    if not formats:
        return {}
    layout = analyse_layout(result.preprocessed.image, result.lines, result.regions)
    forms: dict[str, object] = {}
    if "markdown" in formats:
        forms["markdown"] = page_markdown(layout.lines, layout, escape=False, figure=None)
    if "text" in formats:
        forms["text"] = page_text(layout.lines, layout)
    if "layout" in formats:
        height, width = result.preprocessed.image.shape[:2]
        forms["layout"] = layout_object(layout, (width, height))
    return forms


def data_info(info: DocumentInfo) -> dict[str, object]:
    """Describe the input file, with the pixel sizes of its processed pages as decoded."""
    sizes = [{"width": width, "height": height} for width, height in info.sizes]
    if info.kind == "image":
        return {**sizes[0], "type": "image"}
    return {"numPages": len(sizes), "pages": sizes, "type": info.kind}


def page_item(page: PagePart) -> dict[str, object]:
    """The item, with its keys in the contract's order."""
    shown = {field: page.pictures[field] for field in PICTURE_FIELDS if field in page.pictures}
    return {"prunedResult": page.pruned, **shown, **page.forms}
