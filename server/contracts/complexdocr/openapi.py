"""The part of the OpenAPI document that describes this contract."""

from server.contracts.base import Json
from server.contracts.complexdocr.request import MAX_FIRST_PAGE
from server.contracts.openapi_parts import TEXT, array, json_content, json_response, structure

_STATUSES = {
    200: "The content; also what is wrong with the request, by its `code`",
    401: "X-APP-ID or Authorization is missing or wrong",
    405: "Only POST is served",
    408: "The body did not arrive",
    415: "The body is compressed",
    429: "Too many requests with this key",
    503: "The server is at capacity",
}


def openapi_paths(path: str) -> dict[str, Json]:
    """The path item."""
    headers = [_header("X-APP-ID", "Id of the caller."), _header("Authorization", "What is configured for that id.")]
    operation: Json = {
        "summary": "China Mobile complexDOcr: read a document as text, markdown or JSON",
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, "content": json_content(structure(_fields(), ("seqid", "image")))},
        "responses": {str(status): json_response(text, _answer()) for status, text in _STATUSES.items()},
    }
    return {path: {"post": operation}}


def _fields() -> Json:
    return {
        "seqid": {"type": "string", "minLength": 1, "description": "Echoed."},
        "image": {"type": "string", "minLength": 1, "description": "Base64 or URL, as `image_type` says."},
        "html_escape": {"type": ["boolean", "null"], "description": "Escape recognised text; `true` unless given."},
        "generate_image": {"type": ["boolean", "null"], "description": "Show figures; `false` unless given."},
        "output_format": {"enum": [0, 1, 3, None], "description": "0: text, 1: markdown, 3: a JSON document."},
        "image_type": {"enum": [0, 1, 2, 3, None], "description": "0: image, 1: its URL, 2: PDF, 3: its URL."},
        "first_page_idx": {"type": ["integer", "null"], "minimum": 1, "maximum": MAX_FIRST_PAGE},
    }


def _answer() -> Json:
    words: Json = {**array(TEXT), "maxItems": 1}
    data: Json = {"timeSecond": {"type": "number", "minimum": 0}, "words_result": words}
    flag: Json = {"enum": [0, 1, "0", "1"]}
    return structure({"seqid": TEXT, "code": TEXT, "message": TEXT, "flag": flag, "data": structure(data)})


def _header(name: str, description: str) -> Json:
    return {"name": name, "in": "header", "required": False, "schema": TEXT, "description": description}
