"""The part of the OpenAPI document that describes this contract."""

from collections.abc import Sequence

from server.api.vendors.baidu.errors import FAILURES
from server.api.vendors.baidu.languages import ACCURATE, GENERAL
from server.api.vendors.baidu.request import Api
from server.api.vendors.contract import Json

_TEXT: Json = {"type": "string"}
_INTEGER: Json = {"type": "integer"}
_FLAG: Json = {"type": "string", "enum": ["true", "false"]}
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


def openapi_paths(token_path: str, apis: Sequence[Api]) -> dict[str, Json]:
    """The path items."""
    return {token_path: _token(), **{api.path: {"post": _operation(api)} for api in apis}}


def _token() -> Json:
    names = ("grant_type", "client_id", "client_secret")
    answer = _object(
        access_token=_TEXT,
        refresh_token=_TEXT,
        expires_in=_INTEGER,
        scope=_TEXT,
        session_key=_TEXT,
        session_secret=_TEXT,
    )
    error = _object(error=_TEXT, error_description=_TEXT)
    responses: Json = {"200": _response("The token", answer)}
    responses |= {str(status): _response("No token", error) for status in (400, 401, 408, 413, 500, 503)}
    operation: Json = {
        "summary": "Baidu AI: an access token for an API key and its secret key",
        "security": [],
        "parameters": [{"name": name, "in": "query", "schema": _TEXT} for name in names],
        "responses": responses,
    }
    return {"get": operation, "post": operation}


def _operation(api: Api) -> Json:
    failure: Json = {
        "type": "object",
        "required": ["error_code", "error_msg"],
        "properties": {
            "error_code": {"type": "integer", "enum": [failure.code for failure in FAILURES]},
            "error_msg": _TEXT,
            "log_id": _INTEGER,
        },
    }
    answer: Json = {"oneOf": [_answer(api), failure]}
    return {
        "summary": f"Baidu AI: general OCR, {api.name}",
        "security": [],
        "parameters": [{"name": "access_token", "in": "query", "schema": _TEXT}],
        "requestBody": {"content": {_FORM: {"schema": _request(api)}}},
        "responses": {"200": _response("The text, or what went wrong", answer)},
    }


def _request(api: Api) -> Json:
    languages = ACCURATE if api.accurate else GENERAL
    fields: Json = {
        "image": {**_TEXT, "description": "Base64 of a JPEG, PNG or BMP."},
        "url": {**_TEXT, "description": "Address of an image, where there is no `image`."},
        "pdf_file": {**_TEXT, "description": "Base64 of a PDF, where there is neither."},
        "pdf_file_num": {**_TEXT, "description": "Page of the PDF, from 1."},
        "language_type": {**_TEXT, "enum": list(languages)},
    }
    flags = ["detect_direction", "detect_language", "paragraph", "probability"]
    if api.located:
        fields["recognize_granularity"] = {**_TEXT, "enum": ["big", "small"]}
        fields["eng_granularity"] = {**_TEXT, "enum": ["word", "letter"]}
        flags += ["vertexes_location", "char_probability"]
    return {"type": "object", "properties": {**fields, **dict.fromkeys(flags, _FLAG)}}


def _answer(api: Api) -> Json:
    line: Json = {"words": _TEXT}
    if api.located:
        line["location"] = _object(top=_INTEGER, left=_INTEGER, width=_INTEGER, height=_INTEGER)
    required = _object(log_id=_INTEGER, words_result_num=_INTEGER, words_result=_list(_object(**line)))
    optional: Json = {
        "direction": {"type": "integer", "minimum": -1, "maximum": 3},
        "language": {"type": "integer", "minimum": -1, "maximum": 3},
        "paragraphs_result": _list(_object(words_result_idx=_list(_INTEGER))),
        "paragraphs_result_num": _INTEGER,
        "pdf_file_size": _TEXT,
    }
    properties = required["properties"]
    return {**required, "properties": {**(properties if isinstance(properties, dict) else {}), **optional}}


def _object(**properties: object) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _response(description: str, schema: Json) -> Json:
    return {"description": description, "content": {_JSON: {"schema": schema}}}
