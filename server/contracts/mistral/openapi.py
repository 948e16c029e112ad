"""The contract's part of the API description."""

from collections.abc import Mapping
from http import HTTPStatus

from server.contracts.base import Json
from server.contracts.mistral.links import SIGNED
from server.contracts.mistral.upload import DEFAULT_HOURS, MAX_HOURS, MAX_PAGE_SIZE, PURPOSE
from server.contracts.openapi_parts import INTEGER, TEXT, array, json_content, json_response, structure

COMMON = (401, 405, 408, 429, 500, 503)
_BYTES: Json = {"schema": {"type": "string", "format": "binary"}}


def openapi_paths(base: str) -> Mapping[str, Json]:
    """The path items. ``base`` ends in ``/v1``."""
    file = f"{base}/files/{{file_id}}"
    return {
        f"{base}/ocr": {"post": _ocr()},
        f"{base}/models": {"get": _models()},
        f"{base}/files": {"post": _upload(), "get": _list()},
        file: {"get": _show(), "delete": _delete()},
        f"{file}/url": {"get": _link()},
        f"{file}/content": {"get": _download("getMistralFileContent", "Mistral: the content of a file")},
        f"{file}/{SIGNED}/{{seal}}": {
            "get": {
                **_download("getMistralLinkedFile", "Mistral: a file by its signed link"),
                "parameters": [_path("file_id"), _path("seal")],
                "security": [],
            }
        },
    }


def _ocr() -> Json:
    return {
        "operationId": "mistralOcr",
        "summary": "Mistral: the Markdown of an image or a PDF",
        "requestBody": {"required": True, "content": json_content(_request())},
        "responses": {
            "200": json_response("The pages", _answer()),
            **_errors(400, 404, 413, 415, 422, *COMMON),
        },
    }


def _request() -> Json:
    optional: Json = {
        "model": _or_null("string"),
        "pages": {
            "type": ["array", "string", "null"],
            "items": {**INTEGER, "minimum": 0, "maximum": 9999999},
            "description": "Page numbers from 0 on, as a list or as a text such as `0-5,7`.",
        },
        **dict.fromkeys(
            ("include_image_base64", "extract_header", "extract_footer", "include_blocks"), _or_null("boolean")
        ),
        "image_limit": {**_or_null("integer"), "minimum": 0},
        "image_min_size": {**_or_null("integer"), "minimum": 0},
        "table_format": {"enum": ["markdown", "html", None]},
        "confidence_scores_granularity": {"enum": ["page", "word", "block", None]},
    }
    url = structure({"type": {"const": "document_url"}, "document_url": TEXT}, ("document_url",))
    image = structure(
        {"type": {"const": "image_url"}, "image_url": {"oneOf": [TEXT, structure({"url": TEXT})]}}, ("image_url",)
    )
    file = structure({"type": {"enum": ["file", "file_id"]}, "file_id": TEXT}, ("type", "file_id"))
    return structure({"document": {"anyOf": [url, image, file]}, **optional}, ("document",))


def _answer() -> Json:
    corners: Json = dict.fromkeys(("top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y"), INTEGER)
    page = structure(
        {
            "index": INTEGER,
            "markdown": TEXT,
            "images": array(
                structure(
                    {"id": TEXT, **corners, "image_base64": _or_null("string"), "image_annotation": {"type": "null"}}
                )
            ),
            "tables": array(structure({"id": TEXT, "content": TEXT, "format": {"enum": ["markdown", "html"]}})),
            "hyperlinks": array(TEXT),
            "header": _or_null("string"),
            "footer": _or_null("string"),
            "dimensions": structure({"dpi": INTEGER, "height": INTEGER, "width": INTEGER}),
            "blocks": array(structure({"type": TEXT, **corners, "content": TEXT})),
            "confidence_scores": _or_null("object"),
        },
        ("index", "markdown", "images", "tables", "hyperlinks", "header", "footer", "dimensions"),
    )
    usage = structure({"pages_processed": INTEGER, "doc_size_bytes": INTEGER})
    return structure(
        {"pages": array(page), "model": TEXT, "document_annotation": {"type": "null"}, "usage_info": usage}
    )


def _models() -> Json:
    model = structure({"id": TEXT, "object": TEXT, "capabilities": structure({"ocr": {"type": "boolean"}})})
    return {
        "operationId": "listMistralModels",
        "summary": "Mistral: the models that are answered",
        "responses": {
            "200": json_response("The models", structure({"object": TEXT, "data": array(model)})),
            **_errors(*COMMON),
        },
    }


def _upload() -> Json:
    form = structure(
        {
            "file": {"type": "string", "format": "binary"},
            "purpose": {"const": PURPOSE},
            "expiry": {**INTEGER, "minimum": 1, "maximum": MAX_HOURS},
        },
        ("file",),
    )
    return {
        "operationId": "uploadMistralFile",
        "summary": "Mistral: upload a file to be read",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {"200": json_response("The file", _file()), **_errors(413, 415, 422, *COMMON)},
    }


def _list() -> Json:
    parameters = [
        _query("page", {**INTEGER, "minimum": 0, "maximum": 10**6}),
        _query("page_size", {**INTEGER, "minimum": 1, "maximum": MAX_PAGE_SIZE}),
        _query("purpose", TEXT),
        _query("search", TEXT),
    ]
    answer = structure({"data": array(_file()), "object": TEXT, "total": INTEGER})
    return {
        "operationId": "listMistralFiles",
        "summary": "Mistral: the caller's files",
        "parameters": parameters,
        "responses": {"200": json_response("The files", answer), **_errors(422, *COMMON)},
    }


def _show() -> Json:
    return {
        "operationId": "getMistralFile",
        "summary": "Mistral: a file",
        "parameters": [_path("file_id")],
        "responses": {"200": json_response("The file", _file(deleted={"const": False})), **_errors(404, *COMMON)},
    }


def _delete() -> Json:
    answer = structure({"id": TEXT, "object": TEXT, "deleted": {"const": True}})
    return {
        "operationId": "deleteMistralFile",
        "summary": "Mistral: delete a file",
        "parameters": [_path("file_id")],
        "responses": {"200": json_response("It is deleted", answer), **_errors(404, *COMMON)},
    }


def _link() -> Json:
    hours = {**INTEGER, "minimum": 1, "maximum": MAX_HOURS, "default": DEFAULT_HOURS}
    return {
        "operationId": "getMistralFileUrl",
        "summary": "Mistral: a link to a file",
        "parameters": [_path("file_id"), _query("expiry", hours)],
        "responses": {"200": json_response("The link", structure({"url": TEXT})), **_errors(404, 422, *COMMON)},
    }


def _download(operation: str, summary: str) -> Json:
    content = {"description": "The file", "content": {"application/octet-stream": _BYTES}}
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [_path("file_id")],
        "responses": {"200": content, **_errors(404, *COMMON)},
    }


def _file(**more: Json) -> Json:
    return structure(
        {
            "id": TEXT,
            "object": {"const": "file"},
            "bytes": INTEGER,
            "created_at": INTEGER,
            "filename": TEXT,
            "purpose": TEXT,
            "sample_type": TEXT,
            "source": TEXT,
            "num_lines": {"type": "null"},
            "mimetype": _or_null("string"),
            "signature": {"type": "null"},
            "expires_at": INTEGER,
            "visibility": TEXT,
            **more,
        }
    )


def _errors(*statuses: int) -> Json:
    return {str(status): json_response(HTTPStatus(status).phrase, _error(status)) for status in sorted(statuses)}


def _error(status: int) -> Json:
    if status == 422:
        place: Json = {"type": ["string", "integer"]}
        return structure({"detail": array(structure({"loc": array(place), "msg": TEXT, "type": TEXT}))})
    if status in (401, 404, 405):
        return structure({"detail": TEXT})
    return structure(
        {
            "object": {"const": "error"},
            "message": TEXT,
            "type": TEXT,
            "param": {"type": "null"},
            "code": _or_null("string"),
        }
    )


def _or_null(kind: str) -> Json:
    return {"type": [kind, "null"]}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _query(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "schema": schema}
