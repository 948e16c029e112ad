"""The pictures of a document's page: those that its Markdown refers to, and those that show how it was read."""

from collections.abc import Sequence

import numpy as np

from models.document import Image, Page, PageResult, TextLine
from server.contracts.paddlex_shapes.document_blocks import LABELS, PICTURES, LabelledBlock, detected_label
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from server.contracts.paddlex_shapes.document_tables import cell_boxes
from server.export.drawing.layout_drawing import DrawnBox, draw_boxes
from server.export.drawing.pictures import encode_jpeg, limit_size
from server.export.drawing.visualize import draw_ocr_image, draw_preprocessing_image

Limit = tuple[int, int] | None
"""The largest width and height of a picture in pixels; None keeps its size."""


def cut_pictures(
    image: Image, blocks: Sequence[LabelledBlock], style: DocumentStyle, page_index: int, limit: Limit
) -> dict[str, bytes]:
    """The pictures that a page's Markdown refers to, as JPEG by their names.

    Args:
        image: the preprocessed page.
        blocks: of the page.
        style: names them.
        page_index: 0-based position of the page.
        limit: of each picture.
    """
    return {
        style.picture_name(each.label, each.block.box, page_index): encode_jpeg(
            limit_size(_cut(image, each.block.box), limit)
        )
        for each in blocks
        if each.label in PICTURES and each.label not in style.ignored_labels
    }


def drawn_pictures(
    page: Page,
    result: PageResult,
    blocks: Sequence[LabelledBlock],
    lines: Sequence[TextLine],
    style: DocumentStyle,
    limit: Limit,
) -> dict[str, bytes]:
    """The pictures that show how a page was read, as JPEG by their names in ``outputImages``.

    Args:
        page: as it was decoded.
        result: of reading it.
        blocks: of the page.
        lines: that the blocks refer to.
        style: the shape of PaddleOCR-VL has one picture only.
        limit: of each picture.
    """
    image = result.preprocessed.image
    drawn = {"layout_det_res": draw_boxes(image, _layout_boxes(result, blocks), limit)}
    if not style.vision_language:
        drawn["overall_ocr_res"] = draw_ocr_image(result, limit)
        drawn["layout_order_res"] = draw_boxes(image, _ordered_boxes(blocks), limit)
        cells = _cells(blocks, lines)
        if cells:
            drawn["table_cell_img"] = draw_boxes(image, cells, limit)
        if result.options.use_doc_preprocessor:
            drawn["preprocessed_img"] = draw_preprocessing_image(page, result, limit)
    return {name: encode_jpeg(picture) for name, picture in drawn.items()}


def _layout_boxes(result: PageResult, blocks: Sequence[LabelledBlock]) -> list[DrawnBox]:
    if result.regions is not None:
        return [_box(region.label, region.box) for region in result.regions]
    return [_box(each.label, each.block.box) for each in blocks]


def _box(label: str, box: tuple[float, float, float, float]) -> DrawnBox:
    known = detected_label(label)
    return DrawnBox(box, known, LABELS.index(known))


def _ordered_boxes(blocks: Sequence[LabelledBlock]) -> list[DrawnBox]:
    return [DrawnBox(each.block.box, str(each.order), each.order) for each in blocks if each.order is not None]


def _cells(blocks: Sequence[LabelledBlock], lines: Sequence[TextLine]) -> list[DrawnBox]:
    tables = [each.block for each in blocks if each.label == "table"]
    return [
        DrawnBox((x0, y0, x1, y1), "", number)
        for number, block in enumerate(tables)
        if block.table is not None
        for x0, y0, x1, y1 in cell_boxes(block.table, block.box, lines)
    ]


def _cut(image: Image, box: tuple[int, int, int, int]) -> Image:
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(image[y0:y1, x0:x1])
