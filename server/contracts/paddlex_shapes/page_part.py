"""One item of ``ocrResults``: a page's result in PaddleX's form, its pictures, and other forms of its text.

Each page's part of an answer is made as soon as the page is read, in a thread: drawing and encoding cost CPU.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from models.layout.analyse import analyse_layout
from models.layout.document import PageLayout
from models.layout.whole_document import settle
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
        formats: other forms of the page that the request wants: Markdown, plain text, layout.
        layout: the structure of the page; None if the request wants no other form.
        size: width and height of the page that the structure refers to, in pixels.
        facts: what the document's diagnostics need of the page.
    """

    pruned: dict[str, object]
    pictures: dict[str, str]
    formats: Collection[OutputFormat]
    layout: PageLayout | None
    size: tuple[int, int]
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
    image = page.result.preprocessed.image
    layout = analyse_layout(image, page.result.lines, page.result.regions) if formats else None
    size = (image.shape[1], image.shape[0])
    return PagePart(pruned_result(page.result, zeros), pictures, formats, layout, size, facts)


def settled_parts(pages: Sequence[PagePart]) -> Sequence[PagePart]:
    """The pages of a whole document with the structure that they have together: see `models.layout.whole_document`."""
    layouts = [page.layout for page in pages if page.layout is not None]
    if len(layouts) < len(pages):
        return pages
    settled = settle(layouts, [page.size for page in pages])
    return [replace(page, layout=layout) for page, layout in zip(pages, settled, strict=True)]


def _forms(page: PagePart) -> dict[str, object]:
    """The other forms of a page by field."""
    forms: dict[str, object] = {}
    if page.layout is None:
        return forms
    if "markdown" in page.formats:
        forms["markdown"] = page_markdown(page.layout.lines, page.layout, escape=False, figure=None)
    if "text" in page.formats:
        forms["text"] = page_text(page.layout.lines, page.layout)
    if "layout" in page.formats:
        forms["layout"] = layout_object(page.layout, page.size)
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
    return {"prunedResult": page.pruned, **shown, **_forms(page)}
