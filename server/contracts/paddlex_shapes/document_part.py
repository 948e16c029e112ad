"""One item of ``layoutParsingResults``, before its pictures get their places: they are JPEG files by their names.

It is made as soon as the page is read, in a thread: analysing, drawing and encoding cost CPU.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.document import PageResult
from models.layout.analyse import analyse_layout
from server.contracts.paddlex_shapes.diagnostics import PageFacts
from server.contracts.paddlex_shapes.document_blocks import labelled_blocks
from server.contracts.paddlex_shapes.document_markdown import continuation, document_markdown
from server.contracts.paddlex_shapes.document_pictures import Limit, cut_pictures, drawn_pictures
from server.contracts.paddlex_shapes.document_pruned import structure_result, vision_result
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from server.export.drawing.pictures import encode_jpeg, limit_size
from server.service import RecognizedPage


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """One page of a document.

    Attributes:
        pruned: the contract's ``prunedResult``.
        markdown: its text; empty for a blank page.
        is_start: whether it begins with a paragraph of its own.
        is_end: whether it ends with the end of a paragraph.
        images: the pictures that its Markdown refers to, as JPEG by name; empty if they are not wanted.
        drawn: the pictures that show how it was read, as JPEG by their names in ``outputImages``; empty if they are not
            wanted.
        input_image: the page as it was sent, as JPEG; None if pictures are not wanted.
        facts: what the document's diagnostics need of the page.
    """

    pruned: dict[str, object]
    markdown: str
    is_start: bool
    is_end: bool
    images: Mapping[str, bytes]
    drawn: Mapping[str, bytes]
    input_image: bytes | None
    facts: PageFacts


def document_part(
    page: RecognizedPage,
    style: DocumentStyle,
    *,
    visualize: bool,
    limit: Limit,
    zeros: Mapping[str, float] | None = None,
) -> DocumentPart:
    """Make a page's part of the answer.

    Args:
        page: the page and its result.
        style: the form that is wanted.
        visualize: whether pictures show how it was read.
        limit: of each picture.
        zeros: as in `pruned_result`.

    Raises:
        PictureEncodingFailed: the page is too long for a picture.
    """
    result, index = _within_thresholds(page.result, style), page.page.index
    image = result.preprocessed.image
    layout = analyse_layout(image, result.lines, result.regions)
    lines = layout.lines
    blocks = labelled_blocks(layout, index, tables=style.tables, ignored=style.ignored_labels)
    if style.vision_language:
        pruned = vision_result(result, blocks, lines, style, index)
    else:
        pruned = structure_result(result, blocks, lines, style, index, zeros)
    is_start, is_end = continuation(blocks, lines, style, index)
    return DocumentPart(
        pruned=pruned,
        markdown=document_markdown(blocks, lines, style, image.shape[1], index),
        is_start=is_start,
        is_end=is_end,
        images=cut_pictures(image, blocks, style, index, limit) if style.markdown_images else {},
        drawn=drawn_pictures(page.page, result, blocks, lines, style, limit) if visualize else {},
        input_image=encode_jpeg(limit_size(page.page.image, limit)) if visualize else None,
        facts=PageFacts.of(index, result),
    )


def _within_thresholds(result: PageResult, style: DocumentStyle) -> PageResult:
    if result.regions is None:
        return result
    return replace(result, regions=tuple(filter(style.keeps, result.regions)))
