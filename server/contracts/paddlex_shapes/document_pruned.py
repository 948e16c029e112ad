"""Writes a page as the ``prunedResult`` of PP-StructureV3, or in the shape of PaddleOCR-VL, with their keys and types.

The modules that this server lacks are false in ``model_settings``: nothing is said to have run that did not.
"""

from collections.abc import Mapping, Sequence

from models.document import PageResult, TextLine
from models.layout.regions import Rectangle
from server.contracts.paddlex_shapes.document_blocks import LABELS, PICTURES, LabelledBlock, detected_label
from server.contracts.paddlex_shapes.document_markdown import labelled_markdown
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from server.contracts.paddlex_shapes.document_tables import table_html, table_result, whole_html
from server.contracts.paddlex_shapes.pruned import preprocessing_result, pruned_result
from server.export.text import block_text


def structure_result(
    result: PageResult,
    blocks: Sequence[LabelledBlock],
    lines: Sequence[TextLine],
    style: DocumentStyle,
    page_index: int,
    zeros: Mapping[str, float] | None = None,
) -> dict[str, object]:
    """The ``prunedResult`` of PP-StructureV3.

    Args:
        result: of reading the page.
        blocks: of the page, in reading order.
        lines: that the blocks refer to.
        style: the form that is wanted.
        page_index: 0-based position of the page.
        zeros: as in `pruned_result`.
    """
    tables = [table_result(each.block, lines) for each in blocks if each.label == "table"]
    return {
        **_head(result),
        "model_settings": _structure_settings(result, style),
        "parsing_res_list": _parsing_list(result, blocks, lines, style, page_index),
        **_preprocessed(result),
        "layout_det_res": {"boxes": [_box(*found) for found in _found(result, blocks, lines)]},
        "overall_ocr_res": pruned_result(result, zeros),
        **({"table_res_list": tables} if tables else {}),
    }


def vision_result(
    result: PageResult,
    blocks: Sequence[LabelledBlock],
    lines: Sequence[TextLine],
    style: DocumentStyle,
    page_index: int,
) -> dict[str, object]:
    """The ``prunedResult`` in the shape of PaddleOCR-VL, see `structure_result`."""
    parsed = [
        {**item, "group_id": number, "block_polygon_points": _corners(each.block.box)}
        for number, (item, each) in enumerate(
            zip(_parsing_list(result, blocks, lines, style, page_index), blocks, strict=True)
        )
    ]
    boxes = [
        {**_box(*found), "order": None, "polygon_points": _corners(found[2])} for found in _found(result, blocks, lines)
    ]
    return {
        **_head(result),
        "model_settings": _vision_settings(result, style),
        "parsing_res_list": parsed,
        **_preprocessed(result),
        "layout_det_res": {"boxes": boxes},
    }


def _found(
    result: PageResult, blocks: Sequence[LabelledBlock], lines: Sequence[TextLine]
) -> list[tuple[str, float, Rectangle]]:
    """Label, score and box of what ``layout_det_res`` holds: the layout model's regions, or else geometry's blocks.

    Geometry has no score. A block of text has the mean score of its lines, and any other block has 1.0.
    """
    if result.regions is not None:
        return [(region.label, float(region.score), region.box) for region in result.regions]
    return [(each.label, _score(each, lines), each.block.box) for each in blocks]


def _head(result: PageResult) -> dict[str, object]:
    height, width = result.preprocessed.image.shape[:2]
    return {"page_count": None, "width": int(width), "height": int(height)}


def _preprocessed(result: PageResult) -> dict[str, object]:
    ran = result.options.use_doc_preprocessor
    return {"doc_preprocessor_res": preprocessing_result(result)} if ran else {}


def _structure_settings(result: PageResult, style: DocumentStyle) -> dict[str, object]:
    return {
        "use_doc_preprocessor": result.options.use_doc_preprocessor,
        "use_seal_recognition": False,
        "use_table_recognition": style.tables,
        "use_formula_recognition": False,
        "use_chart_recognition": False,
        "use_region_detection": False,
        "format_block_content": style.format_block_content,
        "markdown_ignore_labels": list(style.ignored_labels),
    }


def _vision_settings(result: PageResult, style: DocumentStyle) -> dict[str, object]:
    return {
        "use_doc_preprocessor": result.options.use_doc_preprocessor,
        "use_layout_detection": result.regions is not None,
        "use_chart_recognition": False,
        "use_seal_recognition": False,
        "use_ocr_for_image_block": False,
        "format_block_content": style.format_block_content,
        "merge_layout_blocks": False,
        "markdown_ignore_labels": list(style.ignored_labels),
        "return_layout_polygon_points": True,
    }


def _parsing_list(
    result: PageResult,
    blocks: Sequence[LabelledBlock],
    lines: Sequence[TextLine],
    style: DocumentStyle,
    page_index: int,
) -> list[dict[str, object]]:
    width = result.preprocessed.image.shape[1]
    return [
        {
            "block_label": each.label,
            "block_content": labelled_markdown(each, lines, style, width, page_index)
            if style.format_block_content and each.label not in style.ignored_labels
            else _content(each, lines, style),
            "block_bbox": [int(side) for side in each.block.box],
            "block_id": number,
            "block_order": each.order,
        }
        for number, each in enumerate(blocks)
    ]


def _content(labelled: LabelledBlock, lines: Sequence[TextLine], style: DocumentStyle) -> str:
    if labelled.label != "table":
        return block_text(labelled.block, lines, escape=False)
    table = table_html(labelled.block, lines)
    return table if style.vision_language else whole_html(table)


def _score(labelled: LabelledBlock, lines: Sequence[TextLine]) -> float:
    scores = [float(lines[index].score) for index in labelled.block.lines]
    if not scores or labelled.label == "table" or labelled.label in PICTURES:
        return 1.0
    return sum(scores) / len(scores)


def _box(label: str, score: float, box: Rectangle) -> dict[str, object]:
    known = detected_label(label)
    coordinate = [float(side) for side in box]
    return {"cls_id": LABELS.index(known), "label": known, "score": score, "coordinate": coordinate}


def _corners(box: Rectangle) -> list[list[int]]:
    x0, y0, x1, y1 = (int(side) for side in box)
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
