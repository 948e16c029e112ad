import json
from dataclasses import replace

from models.layout.regions import Region
from server.contracts.paddlex_shapes.document_blocks import labelled_blocks
from server.contracts.paddlex_shapes.document_pruned import structure_result, vision_result
from server.contracts.paddlex_shapes.document_style import DocumentStyle
from server.contracts.paddlex_shapes.pruned import pruned_result
from tests.unit.server.contracts.paddlex_shapes.small_document import (
    HEIGHT,
    LAYOUT,
    WIDTH,
    page,
    preprocessed_page,
    with_score,
)

SETTINGS = [
    "use_doc_preprocessor", "use_seal_recognition", "use_table_recognition", "use_formula_recognition",
    "use_chart_recognition", "use_region_detection", "format_block_content", "markdown_ignore_labels",
]  # fmt: skip
VISION_SETTINGS = [
    "use_doc_preprocessor", "use_layout_detection", "use_chart_recognition", "use_seal_recognition",
    "use_ocr_for_image_block", "format_block_content", "merge_layout_blocks", "markdown_ignore_labels",
    "return_layout_polygon_points",
]  # fmt: skip


def pruned(style: DocumentStyle | None = None, read=None, make=structure_result, page_index: int = 0) -> dict:
    style, read = style or DocumentStyle(), read or page()
    blocks = labelled_blocks(LAYOUT, page_index, tables=style.tables, ignored=style.ignored_labels)
    return json.loads(json.dumps(make(read, blocks, read.lines, style, page_index)))


def test_keys_stand_in_the_order_of_the_contract():
    found = pruned()
    assert list(found) == [
        "page_count", "width", "height", "model_settings", "parsing_res_list", "layout_det_res", "overall_ocr_res",
        "table_res_list",
    ]  # fmt: skip
    assert (found["page_count"], found["width"], found["height"]) == (None, WIDTH, HEIGHT)
    assert list(found["model_settings"]) == SETTINGS
    assert list(found["parsing_res_list"][0]) == [
        "block_label", "block_content", "block_bbox", "block_id", "block_order",
    ]  # fmt: skip
    assert list(found["layout_det_res"]["boxes"][0]) == ["cls_id", "label", "score", "coordinate"]


def test_the_preprocessor_is_told_where_it_ran():
    found = pruned(read=preprocessed_page())
    assert list(found)[5] == "doc_preprocessor_res"
    assert found["doc_preprocessor_res"]["angle"] == 90
    assert found["model_settings"]["use_doc_preprocessor"]


def test_modules_that_are_not_here_are_false():
    settings = pruned()["model_settings"]
    off = ("seal_recognition", "formula_recognition", "chart_recognition", "region_detection")
    assert not any(settings[f"use_{name}"] for name in off)
    assert settings["use_table_recognition"]


def test_blocks_have_plain_text_places_and_an_order():
    blocks = pruned()["parsing_res_list"]
    assert [block["block_id"] for block in blocks] == list(range(7))
    assert [block["block_order"] for block in blocks] == [1, 2, 3, None, None, None, None]
    assert [block["block_content"] for block in blocks[:4]] == [
        "A Report", "2.1.3 Scope & Aim", "Goods are sent <now>.", "Table 1: x < y",
    ]  # fmt: skip
    assert blocks[4]["block_content"].startswith("<html><body><table><tr><td>Name")
    assert (blocks[5]["block_label"], blocks[5]["block_content"]) == ("image", "inside")
    assert blocks[2]["block_bbox"] == [20, 90, 380, 125]


def test_formatted_content_is_that_of_the_markdown():
    blocks = pruned(DocumentStyle(format_block_content=True, ignored_labels=("doc_title",)))["parsing_res_list"]
    assert blocks[0]["block_content"] == "A Report"
    assert blocks[1]["block_content"] == "#### 2.1.3 Scope &amp; Aim"
    assert blocks[4]["block_content"].startswith('<div style="text-align: center;"><html><body><table border="1">')


def test_all_lines_are_in_the_ocr_result_and_tables_also_in_their_list():
    found, read = pruned(), page()
    assert found["overall_ocr_res"] == json.loads(json.dumps(pruned_result(read)))
    (table,) = found["table_res_list"]
    assert table["pred_html"] == found["parsing_res_list"][4]["block_content"]


def test_without_tables_there_is_no_list_and_no_html():
    found = pruned(DocumentStyle(tables=False))
    assert "table_res_list" not in found
    assert found["parsing_res_list"][4]["block_label"] == "text"
    assert found["parsing_res_list"][4]["block_content"] == "Name\tSum\nA & B\t7"
    assert not found["model_settings"]["use_table_recognition"]


def test_boxes_of_geometry_have_the_lines_mean_score_or_1():
    boxes = pruned(read=with_score(page(), 2, 0.75))["layout_det_res"]["boxes"]
    assert [box["score"] for box in boxes] == [0.5, 0.5, 0.625, 0.5, 1.0, 1.0, 0.5]
    assert [(box["cls_id"], box["label"]) for box in boxes[2:5]] == [(2, "text"), (6, "figure_title"), (8, "table")]
    assert boxes[2]["coordinate"] == [20.0, 90.0, 380.0, 125.0]


def test_boxes_of_a_layout_model_are_its_own():
    read = replace(page(), regions=(Region("header_image", 0.25, (1.5, 2.0, 3.0, 4.0)),))
    assert pruned(read=read)["layout_det_res"]["boxes"] == [
        {"cls_id": 1, "label": "image", "score": 0.25, "coordinate": [1.5, 2.0, 3.0, 4.0]}
    ]


def test_the_vision_shape_has_its_own_keys():
    found = pruned(DocumentStyle(vision_language=True), make=vision_result)
    assert list(found) == ["page_count", "width", "height", "model_settings", "parsing_res_list", "layout_det_res"]
    assert list(found["model_settings"]) == VISION_SETTINGS
    assert not found["model_settings"]["use_layout_detection"]
    block = found["parsing_res_list"][2]
    assert list(block)[5:] == ["group_id", "block_polygon_points"]
    assert (block["group_id"], block["block_polygon_points"]) == (2, [[20, 90], [380, 90], [380, 125], [20, 125]])
    assert found["parsing_res_list"][4]["block_content"].startswith("<table><tr>")
    box = found["layout_det_res"]["boxes"][2]
    assert (box["order"], box["polygon_points"]) == (None, [[20, 90], [380, 90], [380, 125], [20, 125]])


def test_a_blank_page_has_empty_lists():
    read = replace(page(), lines=(), boxes=(), angles=())
    found = json.loads(json.dumps(structure_result(read, (), (), DocumentStyle(), 0)))
    assert (found["parsing_res_list"], found["layout_det_res"]) == ([], {"boxes": []})
    assert "table_res_list" not in found
