"""The part of the OpenAPI document that describes `POST /ocr`."""

from http import HTTPStatus
from typing import Any

from server.contracts.base import Json
from server.contracts.paddlex.liteparse import ERROR
from server.contracts.paddlex.page_stream import JSON_LINES
from server.contracts.paddlex.request import OcrRequest
from server.contracts.paddlex_shapes.parameters import OUTPUT_FORMATS, OcrParameters

MAX_PRESET_NAME = 32
"""Characters of a preset's name, as the configuration allows them."""

ERROR_STATUSES = (400, 401, 404, 405, 408, 413, 415, 422, 429, 500, 503)

DESCRIPTIONS = {
    "file": "Base64 of the file, or an http(s) URL of a host that the server may fetch from.",
    "fileType": "0: PDF, 1: image. Needed with base64; a URL's file name tells it.",
    "useDocOrientationClassify": "Turn the page upright (0, 90, 180, 270 degrees).",
    "useDocUnwarping": "Unwarp a curved page.",
    "useTextlineOrientation": "Turn upside-down lines.",
    "textDetLimitSideLen": "Side length in pixels that `textDetLimitType` refers to.",
    "textDetLimitType": "`min`: the shorter side is at least the limit; `max`: the longer side is at most the limit.",
    "textDetThresh": "Pixels whose text probability is above this are text.",
    "textDetBoxThresh": "Regions whose mean probability is above this are kept.",
    "textDetUnclipRatio": "How far regions are grown.",
    "textRecScoreThresh": "Lines whose score is at least this are kept.",
    "returnWordBox": "Also answer with words and their boxes.",
    "visualize": "Also answer with pictures.",
    "outputFormats": (
        "Also answer with the page in these forms: its structure is found by geometry, or by layout models where the "
        "configuration turns them on."
    ),
    "preset": "The models to read with, and the defaults of the other parameters. `GET /presets` lists what there is.",
    "diagnostics": "Also answer with what was done: models, engine, seconds by stage, and warnings.",
    "pdfText": (
        "Whether the text that a PDF page has of its own is taken. `auto`: where it can be trusted; the rest of the "
        "page is recognised. `never`: all text is recognised. `only`: where it can be trusted; other pages are empty. "
        "Default: `never` with the preset `paddlex`, else `auto`."
    ),
    "logId": "Echoed; a new one is made where it is absent or empty.",
}


def openapi_paths(path: str) -> dict[str, Json]:
    """The path item of ``path``."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content: Json = {
        "application/json": {"schema": _ref("OcrRequest")},
        "multipart/form-data": {"schema": _ref("OcrForm")},
        "image/*": binary,
        "application/pdf": binary,
    }
    operation = {
        "operationId": "infer",
        "summary": "Read the text of an image, a PDF or a TIFF",
        "description": (
            "JSON is the contract's form; numbers and switches may also be sent as text. The other forms take the file "
            "as it is, and the parameters in the query or, for a form, in its fields; `fileType` is then optional. "
            "With `Accept: application/x-ndjson` the pages come one by one, as soon as they are read."
        ),
        "parameters": _query_parameters(),
        "requestBody": {"required": True, "content": content},
        "responses": {"200": _success(), **{str(status): _failure(status) for status in ERROR_STATUSES}},
    }
    return {path: {"post": operation}}


def openapi_schemas() -> dict[str, Json]:
    """The component schemas that the path refers to. ``Error`` is the envelope of every answer without a result."""
    file = {"type": "string", "format": "binary", "description": "The file as it is."}
    language: Json = {**_text(), "description": "LiteParse's: adds `results`, and the preset is `best`."}
    form: Json = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": file, **_text_fields(), "language": language},
    }
    return {
        "Error": _error(),
        "OcrRequest": _schema(OcrRequest),
        "OcrForm": form,
        "OcrResponse": _response(),
        "OcrLine": _line(),
        "PrunedResult": _pruned(),
        "DataInfo": _data_info(),
    }


def _error() -> Json:
    properties: Json = {"logId": _text(), "errorCode": {"type": "integer"}, "errorMsg": _text(), ERROR: _text()}
    return _closed(properties, optional=(ERROR,))


def _schema(model: type[OcrParameters]) -> Json:
    schema = model.model_json_schema(by_alias=True)
    properties = {name: _field(name, field) for name, field in schema["properties"].items()}
    return {"type": "object", "required": schema["required"], "properties": properties}


def _field(name: str, field: dict[str, Any]) -> dict[str, Any]:
    described = {key: value for key, value in field.items() if key not in ("title", "default")}
    if name == "textDetLimitType":
        described["anyOf"] = [{"type": "string", "enum": ["min", "max"]}, {"type": "null"}]
    if name == "preset":
        described["anyOf"] = [{"type": "string", "maxLength": MAX_PRESET_NAME}, {"type": "null"}]
    return {**described, "description": DESCRIPTIONS[name]}


def _text_fields() -> dict[str, Json]:
    """The parameters as query or form fields. These have no null: absent ones are left out."""
    fields: dict[str, Json] = {}
    for name, field in OcrParameters.model_json_schema(by_alias=True)["properties"].items():
        (given,) = [kind for kind in _field(name, field)["anyOf"] if kind != {"type": "null"}]
        fields[name] = {**given, "description": DESCRIPTIONS[name]}
    # One text value, because forms and queries have their own notations for lists.
    names = "|".join(OUTPUT_FORMATS)
    fields["outputFormats"] = {
        "type": "string",
        "pattern": f"^({names})(,({names}))*$",
        "description": f"{DESCRIPTIONS['outputFormats']} With commas between.",
    }
    return fields


def _query_parameters() -> list[Json]:
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": "For the binary forms: the JSON form's field of this name.",
            "schema": schema,
        }
        for name, schema in _text_fields().items()
    ]


def _success() -> Json:
    header = {
        "description": "Processed pages, a slash, pages of the document.",
        "required": True,
        "schema": {"type": "string", "pattern": r"^\d+/\d+$"},
    }
    content = {"application/json": {"schema": _ref("OcrResponse")}, JSON_LINES: {"schema": _ref("OcrLine")}}
    return {"description": "What was read", "headers": {"X-Document-Pages": header}, "content": content}


def _failure(status: int) -> Json:
    content = {"application/json": {"schema": _ref("Error")}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _response() -> Json:
    items: Json = {"ocrResults": _list(_page()), "dataInfo": _ref("DataInfo"), "diagnostics": _diagnostics()}
    box = _list(_type("integer"), 4)
    line = _closed({"text": _text(), "bbox": box, "confidence": _type("number")})
    return _succeeded(_closed(items, optional=("diagnostics",)), {"results": _list(line)})


def _line() -> Json:
    """One line of an answer that comes page by page."""
    page = _succeeded(_closed({"ocrResults": _list(_page(), 1)}))
    end: Json = {"dataInfo": _ref("DataInfo"), "diagnostics": _diagnostics()}
    last = _succeeded(_closed(end, optional=("diagnostics",)))
    return {
        "description": "A line of JSON: first a line for each page, then one line about the document, or an error.",
        "oneOf": [page, last, _ref("Error")],
    }


def _page() -> Json:
    pictures: Json = {name: _text() for name in ("ocrImage", "docPreprocessingImage", "inputImage")}
    forms: Json = {name: _layout() if name == "layout" else _text() for name in OUTPUT_FORMATS}
    return _closed({"prunedResult": _ref("PrunedResult"), **pictures, **forms}, optional=(*pictures, *forms))


def _layout() -> Json:
    block: Json = {
        "label": _text(),
        "box": _list(_type("integer"), 4),
        "order": _type("integer"),
        "lines": _list(_type("integer")),
        "text": _text(),
        "html": _text(),
    }
    size: Json = {"width": _type("integer"), "height": _type("integer")}
    return _closed({**size, "blocks": _list(_closed(block, optional=("html",)))})


def _succeeded(result: Json, optional: Json | None = None) -> Json:
    more = optional or {}
    success: Json = {"errorCode": {"const": 0}, "errorMsg": {"const": "Success"}}
    return _closed({"logId": _text(), "result": result, **success, **more}, optional=tuple(more))


def _diagnostics() -> Json:
    sha256: Json = {"type": ["string", "null"]}
    model = _closed({"task": _text(), "name": _text(), "sha256": sha256})
    warning = _closed({"code": _text(), "page": _type("integer"), "message": _text()}, optional=("page",))
    source: Json = {"type": "string", "enum": ["picture", "layer"]}
    of_page: Json = {"type": "string", "enum": ["picture", "layer", "both", "none"]}
    page = _closed({"page": _type("integer"), "source": of_page, "lines": _list(source)}, optional=("lines",))
    seconds: Json = {"type": "object", "additionalProperties": _type("number")}
    return _closed(
        {
            "preset": _text(),
            "models": _list(model),
            "engine": _text(),
            "precision": _text(),
            "seconds": seconds,
            "warnings": _list(warning),
            "pages": _list(page),
        },
        optional=("pages",),
    )


def _pruned() -> Json:
    switch, number, integer = _type("boolean"), _type("number"), _type("integer")
    polygons, boxes = _list(_list(_list(integer, 2), 4)), _list(_list(integer, 4))
    orientation: Json = {"use_doc_orientation_classify": switch, "use_doc_unwarping": switch}
    detection: Json = {
        "limit_side_len": integer,
        "limit_type": {"type": "string", "enum": ["min", "max"]},
        "thresh": number,
        "max_side_limit": integer,
        "box_thresh": number,
        "unclip_ratio": number,
    }
    properties: Json = {
        "model_settings": _closed({"use_doc_preprocessor": switch, "use_textline_orientation": switch}),
        "doc_preprocessor_res": _closed(
            {"model_settings": _closed(orientation), "angle": {"type": "integer", "enum": [-1, 0, 90, 180, 270]}}
        ),
        "dt_polys": polygons,
        "text_det_params": _closed(detection),
        "text_type": {"const": "general"},
        "textline_orientation_angles": _list({"type": "integer", "enum": [-1, 0, 1]}),
        "text_rec_score_thresh": number,
        "return_word_box": switch,
        "rec_texts": _list(_text()),
        "rec_scores": _list(number),
        "rec_polys": polygons,
        "rec_boxes": boxes,
        "text_word_boxes": _list(boxes),
        "text_word": _list(_list(_text())),
    }
    sometimes = ("doc_preprocessor_res", "textline_orientation_angles", "text_word_boxes", "text_word")
    return _closed(properties, optional=sometimes)


def _data_info() -> Json:
    size: Json = {"width": {"type": "integer"}, "height": {"type": "integer"}}
    pages: Json = {"numPages": {"type": "integer"}, "pages": _list(_closed(size))}
    image = _closed({**size, "type": {"const": "image"}})
    return {"oneOf": [image, *(_closed({**pages, "type": {"const": kind}}) for kind in ("pdf", "tiff"))]}


def _closed(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _list(items: Json, count: int | None = None) -> Json:
    bounds = {} if count is None else {"minItems": count, "maxItems": count}
    return {"type": "array", "items": items, **bounds}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _type(name: str) -> Json:
    return {"type": name}


def _text() -> Json:
    return _type("string")
