"""The part of the OpenAPI document that describes `POST /layout-parsing`."""

from http import HTTPStatus
from typing import Any

from server.contracts.base import Json
from server.contracts.layout_parsing.request import LayoutParsingRequest
from server.contracts.openapi_parts import INTEGER, TEXT, array, json_content, structure

ERROR_STATUSES = (400, 401, 404, 405, 408, 413, 415, 422, 429, 500, 503)

DESCRIPTIONS = {
    "file": "Base64 of the file, or an http(s) URL of a host that the server may fetch from.",
    "fileType": "0: PDF, 1: image. Needed with base64; a URL's file name tells it.",
    "logId": "Echoed; a new one is made where it is absent or empty.",
    "visualize": "Also answer with pictures that show how the page was read.",
    "useDocOrientationClassify": "Turn the page upright (0, 90, 180, 270 degrees).",
    "useDocUnwarping": "Unwarp a curved page.",
    "useTextlineOrientation": "Turn upside-down lines.",
    "useTableRecognition": "Tables as HTML. With false their lines are text.",
    "useFormulaRecognition": "Not available: `warnings` says so.",
    "useChartRecognition": "Not available: `warnings` says so.",
    "useSealRecognition": "Not available: `warnings` says so.",
    "layoutThreshold": "The least score of a region, where a layout model runs.",
    "formatBlockContent": "`block_content` is Markdown and HTML instead of plain text.",
    "markdownIgnoreLabels": "Labels of blocks that the Markdown leaves out.",
    "prettifyMarkdown": "Markdown centres captions, pictures and tables with HTML.",
    "returnMarkdownImages": "Also answer with the pictures that the Markdown refers to.",
    "outputFormats": "Other files. None are available yet.",
}
"""The fields that have an effect here. The others are checked, and nothing depends on them."""


def openapi_paths(path: str) -> dict[str, Json]:
    """The path item of ``path``."""
    operation: Json = {
        "operationId": "parseLayout",
        "summary": "PaddleX: read the structure, the Markdown and the text of an image, a PDF or a TIFF",
        "requestBody": {"required": True, "content": json_content(_ref("LayoutParsingRequest"))},
        "responses": {"200": _success(), **{str(status): _failure(status) for status in ERROR_STATUSES}},
    }
    return {path: {"post": operation}}


def openapi_schemas() -> dict[str, Json]:
    """The component schemas that only this path refers to. It shares others with `POST /ocr`, which is always on."""
    return {"LayoutParsingRequest": _request(), "LayoutParsingResponse": _response()}


def _request() -> Json:
    schema = LayoutParsingRequest.model_json_schema(by_alias=True)
    properties = {name: _field(name, field) for name, field in schema["properties"].items()}
    return {"type": "object", "required": schema["required"], "properties": properties}


def _field(name: str, field: dict[str, Any]) -> dict[str, Any]:
    described = {key: value for key, value in field.items() if key not in ("title", "default")}
    return described | ({"description": DESCRIPTIONS[name]} if name in DESCRIPTIONS else {})


def _success() -> Json:
    pages = {
        "description": "Processed pages, a slash, pages of the document.",
        "required": True,
        "schema": {"type": "string", "pattern": r"^\d+/\d+$"},
    }
    engine = {"description": "The pipeline, the preset and the models that read.", "required": True, "schema": TEXT}
    warnings = {"description": "What was asked for and is not available.", "schema": TEXT}
    headers = {"X-Document-Pages": pages, "X-OCR-Engine": engine, "X-OCR-Warnings": warnings}
    content = json_content(_ref("LayoutParsingResponse"))
    return {"description": "What was read", "headers": headers, "content": content}


def _failure(status: int) -> Json:
    return {"description": HTTPStatus(status).phrase, "content": json_content(_ref("Error"))}


def _response() -> Json:
    result = structure({"layoutParsingResults": array(_page()), "dataInfo": _ref("DataInfo")})
    properties: Json = {
        "logId": TEXT,
        "result": result,
        "errorCode": {"const": 0},
        "errorMsg": {"const": "Success"},
        "warnings": array(TEXT),
    }
    return structure(properties, [name for name in properties if name != "warnings"])


def _page() -> Json:
    pictures: Json = {"type": "object", "additionalProperties": TEXT}
    switch: Json = {"type": "boolean"}
    markdown = structure({"text": TEXT, "isStart": switch, "isEnd": switch, "images": pictures}, ("text",))
    return structure(
        {"prunedResult": _pruned(), "markdown": markdown, "outputImages": pictures, "inputImage": TEXT},
        ("prunedResult", "markdown"),
    )


def _pruned() -> Json:
    number: Json = {"type": "number"}
    block: Json = {
        "block_label": TEXT,
        "block_content": TEXT,
        "block_bbox": array(INTEGER),
        "block_id": INTEGER,
        "block_order": {"type": ["integer", "null"]},
    }
    box: Json = {"cls_id": INTEGER, "label": TEXT, "score": number, "coordinate": array(number)}
    table: Json = {
        "cell_box_list": array(array(number)),
        "pred_html": TEXT,
        "table_ocr_pred": {"type": "object"},
    }
    properties: Json = {
        "page_count": {"type": "null"},
        "width": INTEGER,
        "height": INTEGER,
        "model_settings": {"type": "object"},
        "parsing_res_list": array(structure(block)),
        "doc_preprocessor_res": {"type": "object"},
        "layout_det_res": structure({"boxes": array(structure(box))}),
        "overall_ocr_res": _ref("PrunedResult"),
        "table_res_list": array(structure(table)),
    }
    optional = ("doc_preprocessor_res", "overall_ocr_res", "table_res_list")
    return structure(properties, [name for name in properties if name not in optional])


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
